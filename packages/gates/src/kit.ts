// Door for people who write a gate: what it is built on, and the cases to pass.
export {};
