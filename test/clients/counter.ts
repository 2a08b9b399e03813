/** The contract of the tests of real clients: its interface as compilers give it. */
export const COUNTER_JSON_ABI = [
  {
    type: 'function',
    name: 'count',
    stateMutability: 'view',
    inputs: [],
    outputs: [{ name: '', type: 'uint256' }],
  },
  {
    type: 'function',
    name: 'raise',
    stateMutability: 'nonpayable',
    inputs: [{ name: 'by', type: 'uint256' }],
    outputs: [],
  },
  {
    type: 'event',
    name: 'Raised',
    inputs: [
      { name: 'by', type: 'address', indexed: true },
      { name: 'count', type: 'uint256', indexed: false },
    ],
  },
  { type: 'error', name: 'TooMuch', inputs: [{ name: 'by', type: 'uint256' }] },
] as const
