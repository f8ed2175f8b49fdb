// Door: what only Node tells of its load: event loop, processor, heap.
export {};
