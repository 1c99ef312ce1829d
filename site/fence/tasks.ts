// Imported before the runtime, which looks at this once: without animation frames it computes in tasks, and a slider follows at once.
Reflect.set(globalThis, "requestAnimationFrame", undefined);
