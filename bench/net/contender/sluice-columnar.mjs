// Sluice for N1 with the codec for items of the same shape.
import { connect as connectTo } from "./sluice.mjs";

export { serve } from "./sluice.mjs";

export async function connect(port) {
  const { fetchColumns } = await connectTo(port);
  return { fetch: fetchColumns };
}
