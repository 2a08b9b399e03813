/** Awaiting what is at hand does not let the event loop go on; a timer does, in Node and in a browser. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
