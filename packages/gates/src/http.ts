// Door: a gate at an HTTP entrance, which answers 429 or 503 and says when to come back; and a client that obeys.
export {};
