// All rows of `npm run bench:net`, in the order of bars.md.

export const netRows = [];
