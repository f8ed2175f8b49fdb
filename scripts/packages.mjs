// The packages of the workspace, those that others are built on first. What is private is for our tests only: it is
// neither packed nor documented for users.

/** In `packages/`, published. */
export const PUBLISHED = ["core", "tck", "gates", "net", "rxjs", "web", "websocket", "node", "cli"];

/** In `packages/`, for our own tests. */
export const PRIVATE = ["testbed"];

export const PACKAGES = [...PUBLISHED, ...PRIVATE];

/** Those that a program imports: the command is run, not imported. */
export const LIBRARIES = PUBLISHED.filter((name) => name !== "cli");

/** The projects of `tsc -b` that make what users get. */
export const SOURCES = PUBLISHED.map((name) => `packages/${name}/src`);
