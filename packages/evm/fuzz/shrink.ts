/** Makes a case smaller as long as it still fails. */
import type { Case } from './case.ts'
import type { Piece } from './program.ts'

const NOTHING: Piece = { kind: 'all', pieces: [] }

/** @param fails whether a case still shows the difference. */
export function shrink(test: Case, fails: (test: Case) => boolean): Case {
  let smallest = test
  for (let progress = true; progress; ) {
    progress = false
    for (const candidate of smallerOnes(smallest)) {
      if (!fails(candidate)) continue
      smallest = candidate
      progress = true
      break
    }
  }
  return smallest
}

/** Each a step smaller, the greatest steps first. */
function* smallerOnes(test: Case): Generator<Case> {
  if (test.value !== 0n) yield { ...test, value: 0n }
  if (test.data.length > 0) yield { ...test, data: new Uint8Array() }
  if (test.slots.some((row) => row.some(Boolean)))
    yield { ...test, slots: test.slots.map((row) => row.map(() => false)) }
  for (const [index, contract] of test.contracts.entries()) {
    for (const piece of lesser(contract)) {
      yield { ...test, contracts: test.contracts.map((each, at) => (at === index ? piece : each)) }
    }
  }
}

/** A piece without one of its parts, at any depth. */
function* lesser(piece: Piece): Generator<Piece> {
  if (piece.kind !== 'all') return
  const { pieces } = piece
  if (pieces.length === 0) return
  yield NOTHING
  for (let size = pieces.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from + size <= pieces.length; from += size) {
      yield { kind: 'all', pieces: [...pieces.slice(0, from), ...pieces.slice(from + size)] }
    }
  }
  for (const [index, inner] of pieces.entries()) {
    for (const smaller of lesser(inner)) {
      yield { kind: 'all', pieces: pieces.map((each, at) => (at === index ? smaller : each)) }
    }
  }
}
