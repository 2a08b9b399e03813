import { FORKS, type Fork } from '@deed/evm'

/** A fork by the official tests' name of it; `undefined` for one that they do not have at a single rule set. */
export const forkByName = (name: string): Fork | undefined =>
  OLD_NAMES[name] ?? FORKS.find((fork) => fork === name)

/** Names by which the tests go that are not those of the upgrades. */
const OLD_NAMES: Readonly<Record<string, Fork>> = {
  EIP150: 'TangerineWhistle',
  EIP158: 'SpuriousDragon',
  ConstantinopleFix: 'Petersburg',
  Merge: 'Paris',
}
