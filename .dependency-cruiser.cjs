// Who may import whom, as tables; below them the rules that dependency-cruiser makes of them. Change a table
// together with docs/architecture.md, which draws the same house.

// Packages: what the sources of each may import of the others. Tests may use the conformance kit as well.
const packages = {
  core: [],
  tck: ["core"],
  gates: ["core"],
  net: ["core", "gates"],
  rxjs: ["core"],
  web: ["core"],
  websocket: ["core"],
  node: ["core", "net", "web"],
  cli: ["core", "tck", "net"],
  // For our own tests only.
  testbed: [],
};

// Rooms: what the files of each may import besides their own room. A room not named here does not exist.
const rooms = {
  core: {
    spec: [],
    buffer: ["spec"],
    clock: ["spec"],
    inspect: ["spec"],
    kit: ["spec", "buffer", "inspect"],
    sink: ["spec", "buffer", "kit"],
    flow: ["spec", "buffer", "kit", "sink", "clock", "inspect"],
    source: ["spec", "buffer", "kit", "clock", "flow"],
    // Of the sources only `from`, which makes a publisher of what a user's function returned; of the hubs what
    // `share` and `publish` are made of.
    operator: ["spec", "buffer", "kit", "clock", "flow", "source/from", "hub"],
    overflow: ["spec", "buffer", "kit", "clock", "flow"],
    hub: ["spec", "buffer", "kit", "clock", "flow"],
    // Sources are given the values that this makes: it stands beside them, and they need not know it.
    policy: ["spec", "buffer", "kit", "clock"],
    contract: ["spec", "flow", "source", "operator", "overflow", "hub"],
  },
  net: {
    "protocol/limits": [],
    "protocol/protocol-error": [],
    "protocol/trace": [],
    "protocol/byte": ["protocol/limits", "protocol/protocol-error", "protocol/trace"],
    "protocol/frame": ["protocol/limits", "protocol/protocol-error", "protocol/trace", "protocol/byte"],
    "protocol/credit": ["protocol/limits", "protocol/protocol-error", "protocol/trace"],
    "protocol/stream": [
      ...["protocol/limits", "protocol/protocol-error", "protocol/trace"],
      ...["protocol/byte", "protocol/frame", "protocol/credit"],
    ],
    "protocol/session": [
      ...["protocol/limits", "protocol/protocol-error", "protocol/trace"],
      ...["protocol/byte", "protocol/frame", "protocol/credit", "protocol/stream"],
    ],
    payload: ["protocol/limits", "protocol/protocol-error", "protocol/byte"],
    // What both sides say, how it goes wrong, what carries it; the two sides know these and not each other.
    "service/failure": ["protocol", "payload", "transport/transport"],
    "service/contract": ["protocol", "payload", "service/failure"],
    "service/connection": [
      "protocol",
      "payload",
      "transport/transport",
      "service/failure",
      "service/contract",
    ],
    "service/client": [
      ...["protocol", "payload", "transport/transport"],
      ...["service/failure", "service/contract", "service/connection"],
    ],
    "service/server": [
      ...["protocol", "payload", "transport/transport", "transport/given-away"],
      ...["service/failure", "service/contract", "service/connection"],
    ],
    // Also the shape of a message in parts, which the session makes.
    transport: ["protocol/byte/message"],
    // What one runtime has and others have not; its door binds it to the service.
    runtime: ["service/contract", "service/connection/runtime"],
    // Beside the service, not above it: it needs the shape of a runtime, and frames to tell of them in a trace.
    sim: ["protocol", "transport/transport", "service/connection/runtime"],
  },
  gates: {
    // What every gate stands on, whatever its policy.
    gate: [],
    rate: ["gate"],
    concurrency: ["gate"],
    breaker: ["gate"],
    load: ["gate"],
    compose: ["gate"],
    // What is done with permits: around a call, on a stream.
    call: ["gate", "rate"],
    stream: ["gate", "call"],
    memory: ["gate", "load"],
    // Behind doors of their own.
    http: ["gate", "rate", "call"],
    redis: ["gate", "rate", "breaker"],
    node: ["gate", "load"],
    kit: ["gate"],
  },
  web: {
    text: [],
    stream: [],
    body: ["stream"],
  },
  node: {
    stream: [],
    file: ["stream"],
    csv: ["stream"],
    process: ["stream"],
    http: ["stream"],
    thread: [],
  },
};

// Doors: the files that package.json exports. Only they may gather what the rooms of a package offer.
const doors = Object.fromEntries(
  Object.keys(packages).map((name) => {
    const { exports: exported = {} } = require(`./packages/${name}/package.json`);
    return [
      name,
      Object.values(exported).map((target) => target["@sluice/source"].slice("./src/".length, -".ts".length)),
    ];
  }),
);

const anyOf = (names) => `(?:${names.join("|")})`;
const test = "\\.test(?:-d)?\\.ts$";
const room = (pkg, name) => `^packages/${pkg}/src/${name}(?:/|\\.ts$)`;
const doorFile = (pkg) => `^packages/${pkg}/(?:src|dist)/${anyOf(doors[pkg])}\\.(?:ts|js|d\\.ts)$`;
const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

const packageRules = Object.entries(packages).flatMap(([pkg, allowed]) => {
  const forbidden = Object.keys(packages).filter((other) => other !== pkg && !allowed.includes(other));
  const inTests = forbidden.filter((other) => other !== "tck" && other !== "testbed");
  const rules = [];
  if (forbidden.length > 0) {
    rules.push(
      rule(
        `package-${pkg}`,
        `${pkg} may import ${allowed.join(", ") || "no other package"}: move what is shared downward`,
        { path: `^packages/${pkg}/src/`, pathNot: test },
        { path: `^packages/${anyOf(forbidden)}/` },
      ),
    );
  }
  if (inTests.length > 0) {
    rules.push(
      rule(
        `package-${pkg}-tests`,
        `tests of ${pkg} may import ${[...allowed, "tck", "testbed"].join(", ")}`,
        { path: [`^packages/${pkg}/test/`, `^packages/${pkg}/src/.*${test}`] },
        { path: `^packages/${anyOf(inTests)}/` },
      ),
    );
  }
  return [
    ...rules,
    rule(
      `door-of-${pkg}`,
      `from outside, ${pkg} is reached only through the exports of its package.json, by its package name`,
      { path: "^(?:packages|examples|bench)/", pathNot: `^packages/${pkg}/` },
      { path: `^packages/${pkg}/`, pathNot: doorFile(pkg) },
    ),
    rule(
      `name-of-${pkg}`,
      `write "@sluice/${pkg}" instead of a relative path into another package`,
      { path: "^(?:packages|examples|bench)/", pathNot: `^packages/${pkg}/` },
      { path: `^packages/${pkg}/`, dependencyTypes: ["local"] },
    ),
    rule(
      `own-door-of-${pkg}`,
      "inside a package name the file that has the thing, not the door that gathers it",
      // Scenarios in test/ may come through the door, as a user does.
      { path: `^packages/${pkg}/src/`, pathNot: doorFile(pkg) },
      { path: doorFile(pkg) },
    ),
  ];
});

const roomRules = Object.entries(rooms).flatMap(([pkg, table]) => [
  ...Object.entries(table).map(([name, allowed]) =>
    rule(
      `room-${pkg}-${name.replace("/", "-")}`,
      `${name} may import ${allowed.join(", ") || "nothing"} of its package: imports go downward only`,
      { path: room(pkg, name), pathNot: [test, doorFile(pkg)] },
      { path: `^packages/${pkg}/`, pathNot: [name, ...allowed].map((other) => room(pkg, other)) },
    ),
  ),
  rule(
    `no-other-room-in-${pkg}`,
    `a file stands in one of the rooms of ${pkg} or is a door: add a new room to the table first`,
    { path: `^packages/${pkg}/`, pathNot: test },
    {
      path: `^packages/${pkg}/src/`,
      pathNot: [doorFile(pkg), ...Object.keys(table).map((name) => room(pkg, name))],
    },
  ),
]);

module.exports = {
  forbidden: [
    rule(
      "no-cycle",
      "files that need each other are one file or miss a third; type-only imports count",
      { path: "^(?:packages|bench|examples|scripts)/" },
      { circular: true },
    ),
    rule("resolvable", "correct the path, or add the package to package.json", {}, { couldNotResolve: true }),
    ...packageRules,
    ...roomRules,
    rule(
      "judge-takes-types-only",
      "the conformance kit must not share code with what it judges: import type, or write the few lines again",
      { path: "^packages/tck/src/conformance/", pathNot: test },
      { path: "^packages/core/", dependencyTypesNot: ["type-only"] },
    ),
    rule(
      "core-runs-anywhere",
      "core uses no Node module and no dependency, so that it runs in any runtime",
      { path: "^packages/core/src/", pathNot: test },
      { dependencyTypes: ["core", "npm", "npm-dev", "npm-no-pkg", "npm-unknown"] },
    ),
    rule(
      "protocol-does-no-io",
      "the protocol is bytes and time in, bytes and events out: no Node module, no dependency; of core only types",
      { path: "^packages/net/src/protocol/", pathNot: test },
      { pathNot: "^packages/net/src/protocol/", dependencyTypesNot: ["type-only"] },
    ),
    rule(
      "declared-dependencies",
      "what a package's sources import stands under dependencies of its own package.json",
      { path: "^packages/[^/]+/src/", pathNot: test },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], pathNot: "^packages/" },
    ),
    rule(
      "nothing-imports-the-outside",
      "examples and bench use the packages; the packages never use them",
      { path: "^packages/" },
      { path: "^(?:examples|bench|scripts)/" },
    ),
  ],
  options: {
    // Also imports that vanish when compiled: a cycle of types is a cycle of ideas.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    combinedDependencies: false,
    doNotFollow: { path: "(?:^|/)(?:node_modules|dist)/" },
    exclude: { path: ["(?:^|/)dist/", "^bench/peers/", "^examples/\\.generated/"] },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@sluice/source", "import", "node", "default", "types"],
    },
  },
};
