/** Browser-safe. Finds which name of a cell's code means what: its own scopes, the notebook, or the global object. */
import type { AnyNode, Expression, Pattern, Program, VariableDeclaration } from "acorn";
import { ancestor } from "acorn-walk";

/** One use of a name that no scope below the cell's top level declares, or an assignment to one that the top level declares. */
export interface Use {
  readonly name: string;
  readonly offset: number;
  /** Is it read (or called), or assigned to? */
  readonly kind: "read" | "assign";
  /** The property that is read of it, for `Math.random`. */
  readonly property: string | null;
}

export interface Scopes {
  /** Uses of names that nothing in the cell declares. */
  readonly free: readonly Use[];
  /** Assignments, from inside a function, to names of the top level. */
  readonly outerAssignments: readonly Use[];
}

/** Resolves every name in the code of a cell. */
export function resolveNames(root: Program | Expression): Scopes {
  const scopes = collectScopes(root);
  const free: Use[] = [];
  const outerAssignments: Use[] = [];
  const use = (name: string, offset: number, kind: Use["kind"], path: readonly AnyNode[]): void => {
    const scope = path.findLast((node) => scopes.get(node)?.has(name));
    const found = { name, offset, kind, property: readProperty(path) };
    if (!scope) free.push(found);
    else if (kind === "assign" && scope === root && path.some(isFunction)) outerAssignments.push(found);
  };
  const assignLoop = (left: AnyNode, path: readonly AnyNode[]): void => {
    if (left.type === "Identifier") use(left.name, left.start, "assign", path);
  };
  ancestor(root, {
    Identifier: (node, _state, path) => use(node.name, node.start, "read", path),
    Pattern: (node, _state, path) => {
      if (node.type === "Identifier" && !isOwnName(path)) use(node.name, node.start, "assign", path);
    },
    ForInStatement: (node, _state, path) => assignLoop(node.left, path),
    ForOfStatement: (node, _state, path) => assignLoop(node.left, path),
    UpdateExpression: (node, _state, path) => {
      if (node.argument.type === "Identifier") use(node.argument.name, node.argument.start, "assign", path);
    },
  });
  return { free, outerAssignments };
}

/** The names that a pattern binds, in order. */
export function namesOf(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesOf(property.type === "Property" ? property.value : property.argument),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element ? namesOf(element) : []));
    case "RestElement":
      return namesOf(pattern.argument);
    case "AssignmentPattern":
      return namesOf(pattern.left);
    case "MemberExpression":
      return [];
  }
}

export const isFunction = (node: AnyNode): boolean =>
  node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";

const holdsVar = (node: AnyNode): boolean => isFunction(node) || node.type === "Program" || node.type === "StaticBlock";
const blockTypes: ReadonlySet<string> = new Set([
  "BlockStatement",
  "SwitchStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "CatchClause",
]);
const holdsLet = (node: AnyNode): boolean => holdsVar(node) || blockTypes.has(node.type);

function collectScopes(root: Program | Expression): ReadonlyMap<object, ReadonlySet<string>> {
  const scopes = new Map<object, Set<string>>();
  const declare = (scope: object, names: readonly string[]): void => {
    const declared = scopes.get(scope) ?? new Set();
    for (const name of names) declared.add(name);
    scopes.set(scope, declared);
  };
  const enclosing = (path: readonly AnyNode[], holds: (node: AnyNode) => boolean): AnyNode =>
    path.slice(0, -1).findLast(holds) ?? root;
  ancestor(root, {
    VariableDeclaration: (node: VariableDeclaration, _state, path) =>
      declare(
        enclosing(path, node.kind === "var" ? holdsVar : holdsLet),
        node.declarations.flatMap((declarator) => namesOf(declarator.id)),
      ),
    Function: (node, _state, path) => {
      declare(node, node.params.flatMap(namesOf));
      if (node.type !== "ArrowFunctionExpression") declare(node, ["arguments"]);
      if (node.id) declare(node.type === "FunctionDeclaration" ? enclosing(path, holdsLet) : node, [node.id.name]);
    },
    Class: (node, _state, path) => {
      if (node.id) declare(node.type === "ClassDeclaration" ? enclosing(path, holdsLet) : node, [node.id.name]);
    },
    CatchClause: (node) => declare(node, node.param ? namesOf(node.param) : []),
    ImportDeclaration: (node) =>
      declare(
        root,
        node.specifiers.map((specifier) => specifier.local.name),
      ),
  });
  return scopes;
}

/** Is the identifier at the end of `path` the name that a function or a class gives itself? */
function isOwnName(path: readonly AnyNode[]): boolean {
  const parent = path.at(-2);
  return parent !== undefined && "id" in parent && parent.type !== "VariableDeclarator" && parent.id === path.at(-1);
}

function readProperty(path: readonly AnyNode[]): string | null {
  const member = path.at(-2);
  return member?.type === "MemberExpression" &&
    !member.computed &&
    member.property.type === "Identifier" &&
    member.object === path.at(-1)
    ? member.property.name
    : null;
}
