/** A binary heap in an array: the first element is the one that comes before all others. */

export const pushHeap = <T>(heap: T[], value: T, isBefore: (a: T, b: T) => boolean): void => {
  let at = heap.length
  heap.push(value)
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(value, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = value
}

/** The first element, taken out; the heap must not be empty. */
export const popHeap = <T>(heap: T[], isBefore: (a: T, b: T) => boolean): T => {
  const top = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return top
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, last)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return top
}
