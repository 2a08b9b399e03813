/** The order in which states are looked at: every state after those that lead to it, but for circles. */

export interface Order {
  /** By state: its place. */
  readonly place: readonly number[]
  /** By state: whether some run of events comes back to it. */
  readonly circular: readonly boolean[]
}

/** Strongly connected components in topological order (Tarjan 1972), without recursion: there are many states. */
export const topological = (count: number, successors: readonly (readonly number[])[]): Order => {
  const index = new Array<number>(count).fill(-1)
  const low = new Array<number>(count).fill(0)
  const onStack = new Array<boolean>(count).fill(false)
  const place = new Array<number>(count).fill(0)
  const circular = new Array<boolean>(count).fill(false)
  const stack: number[] = []
  let [next, last] = [0, count]
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue
    const calls: [state: number, at: number][] = [[root, 0]]
    while (calls.length > 0) {
      const call = calls.at(-1)!
      const [state, at] = call
      if (at === 0) {
        index[state] = low[state] = next++
        stack.push(state)
        onStack[state] = true
      }
      const to = successors[state]![at]
      call[1]++
      if (to !== undefined) {
        if (index[to] === -1) calls.push([to, 0])
        else if (onStack[to]) low[state] = Math.min(low[state]!, index[to]!)
        continue
      }
      calls.pop()
      const parent = calls.at(-1)?.[0]
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[state]!)
      if (low[state] !== index[state]) continue
      const members = stack.splice(stack.indexOf(state))
      for (const member of members.reverse()) {
        onStack[member] = false
        circular[member] = members.length > 1 || successors[member]!.includes(member)
        place[member] = --last
      }
    }
  }
  return { place, circular }
}
