import type { Contract } from "../spec/contract.js";

export const fromContract: Contract = {
  name: "from",
  does: "makes a flow of anything that has items",
  holds: { says: "what the source of its kind holds: 1 item of a promise, else nothing", atMost: () => 1 },
  errors: { says: "of what it reads" },
  cancel: { says: "what it reads" },
};
