/** Execution-layer upgrades that changed what the engine computes, in order of activation on mainnet. */
export const FORKS = [
  'Frontier',
  'Homestead',
  'TangerineWhistle', // EIP-150
  'SpuriousDragon', // EIP-158/161
  'Byzantium',
  'Constantinople',
  'Petersburg',
  'Istanbul',
  'Berlin',
  'London',
  'Paris',
  'Shanghai',
  'Cancun',
  'Prague',
  'Osaka',
] as const

export type Fork = (typeof FORKS)[number]

const ORDER = new Map<Fork, number>(FORKS.map((fork, index) => [fork, index]))

/** Whether the rules of `since` are in force at `fork`. */
export const isActive = (since: Fork, fork: Fork): boolean => ORDER.get(fork)! >= ORDER.get(since)!
