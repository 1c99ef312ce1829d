/* oxlint-disable unicorn/require-post-message-target-origin -- neither a channel nor a Worker has one */
/**
 * Ways out of where this code runs: a classic script, for a window or a Worker. Each door is a try; whatever it gives makes it `open`, and an
 * error, or 2 s of silence, `shut`. The same text runs behind the fence, where all must be shut, and without a fence, where all must be open:
 * so a door that is shut is shut by the fence and not by a slip in the try.
 *
 * `home`: the origin of the course; `other`: another one; `script`: the path of a script at home; `token`: the runner's, as if guessed.
 */
const doors = {
  fetchHome: ({ home }) => fetch(`${home}/`).then(({ status }) => status),
  fetchOther: ({ other }) => fetch(`${other}/`, { mode: "no-cors" }).then(({ type }) => type),
  fetchKeptAlive: ({ other }) => fetch(`${other}/`, { mode: "no-cors", keepalive: true }).then(({ type }) => type),
  xhr: ({ home }) => {
    const request = new XMLHttpRequest();
    request.open("GET", `${home}/`, false);
    request.send();
    return request.status;
  },
  webSocket: ({ home }) => openSocket(home, ["ring3.v1"]),
  webSocketWithToken: ({ home, token }) => openSocket(home, ["ring3.v1", `token.${token}`]),
  eventSource: ({ other }) => untilEvent(new EventSource(`${other}/events`), "open"),
  importHome: ({ home, script }) => import(home + script),
  importOther: ({ other }) => import(`${other}/script.js`),
  subWorkerByUrl: ({ home, script }) => untilEvent(new Worker(home + script, { name: "inner" }), "message"),
  localStorage: () => localStorage.length,
  sessionStorage: () => sessionStorage.length,
  cookie: () => (document.cookie = "left=behind"),
  cookieStore: () => cookieStore.set("left", "behind"),
  indexedDb: () => untilEvent(indexedDB.open("left", 1), "success"),
  cache: () => caches.open("left").then((cache) => cache.put("/", new Response("behind"))),
  privateFiles: () => navigator.storage.getDirectory().then(({ kind }) => kind),
  storageBucket: () => navigator.storageBuckets.open("left").then(({ name }) => name),
  oldFileSystem: () => new Promise((resolve, reject) => webkitRequestFileSystem(0, 1024, resolve, reject)),
  lock: () => navigator.locks.request("left", { ifAvailable: true }, (lock) => lock.name),
  channel: () => {
    const channel = new BroadcastChannel("ring3:tabs");
    channel.postMessage("ask");
    return new Promise((resolve) => {
      channel.addEventListener("message", ({ data }) => data.token && resolve(data.token));
    });
  },
  serviceWorker: ({ script }) => navigator.serviceWorker.register(script).then(({ scope }) => scope),
  sharedWorker: ({ script }) => new SharedWorker(script),
  document: () => document.title,
  parent: () => parent.document.title,
  top: () => top.document.title,
  opener: () => opener.document.title,
  window: () => window.name,
};

/** What must be open, or nothing was tried at all. */
const controls = {
  evaluation: () => 6 * 7,
  subWorkerFromText: () => untilEvent(new Worker(URL.createObjectURL(new Blob(["postMessage('here')"]))), "message"),
};

const silenceMs = 2_000;

async function tryDoor(open) {
  const silence = new Promise((_, reject) => setTimeout(reject, silenceMs, new Error("silence")));
  try {
    await Promise.race([open(), silence]);
    return "open";
  } catch (error) {
    return `shut (${error?.name}: ${error?.message ?? error})`;
  }
}

/** What became of each of them, by name. */
async function tryDoors(world) {
  const tries = Object.entries({ ...controls, ...doors });
  const results = await Promise.all(tries.map(async ([name, open]) => [name, await tryDoor(async () => open(world))]));
  return Object.fromEntries(results);
}

function openSocket(home, protocols) {
  return untilEvent(new WebSocket(`${home.replace("http", "ws")}/ws`, protocols), "open");
}

function untilEvent(target, type) {
  return new Promise((resolve, reject) => {
    target.addEventListener(type, resolve);
    target.addEventListener("error", () => reject(new Error("refused")));
  });
}

// In a Worker of its own: tries them all when it is told where it is.
if (globalThis.document === undefined && globalThis.name === "doors")
  globalThis.addEventListener("message", ({ data }) => void tryDoors(data).then(postMessage), { once: true });
