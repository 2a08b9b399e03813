/** Transactions that fail, one for each way to: what is said of them, where, and through which functions. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { callData, FIXTURE, type Sent, type Stage } from './debug.fixture.ts'

export interface FailureCase {
  readonly name: string
  /** Function of `Failures`, or calldata. */
  readonly call: string
  readonly args?: readonly (unknown | ((deployed: Deployed) => Hex))[]
  readonly says: RegExp
  /** Functions, the innermost first. */
  readonly stack: readonly string[]
  /** The mark of the line in the source; default: the name. */
  readonly line?: string | null
  readonly sent?: (deployed: Deployed) => Sent
}

export interface Deployed {
  readonly failures: Hex
  readonly picky: Hex
  readonly forwarder: Hex
  readonly nobody: Hex
}

export const deployFailures = async (stage: Stage): Promise<Deployed> => {
  const failures = await stage.deploy('Failures')
  return {
    failures,
    picky: await stage.deploy('Picky', [5n]),
    forwarder: await stage.deploy('Forwarder', [failures]),
    nobody: stage.accounts[1]!,
  }
}

export const dataOf = (stage: Stage, { call, args = [] }: FailureCase, deployed: Deployed): Hex =>
  call.startsWith('0x')
    ? (call as Hex)
    : callData(
        stage.abiOf('Failures'),
        call,
        args.map((arg) => (typeof arg === 'function' ? arg(deployed) : arg)),
      )

/** Lines that are marked in the source, by what is written there. */
export const markedLines = (file: string): ReadonlyMap<string, number> =>
  new Map(
    readFileSync(join(FIXTURE, file), 'utf8')
      .split('\n')
      .flatMap((text, at) => {
        const mark = /\/\/ (?:fails|calls): (.*)$/.exec(text)?.[1]
        return mark === undefined ? [] : [[mark, at + 1] as const]
      }),
  )

const picky = ({ picky: address }: Deployed) => address
const nobody = ({ nobody: address }: Deployed) => address
const within = (...names: string[]) => names.map((name) => (name.includes('.') ? name : `Failures.${name}`))

export const FAILURES: readonly FailureCase[] = [
  {
    name: 'require',
    call: 'message',
    args: [30n],
    says: /^reverted with "must be below twenty"$/,
    stack: within('message'),
  },
  ...[1n, 2n, 3n].map((x) => ({
    name: `same message ${x}`,
    call: 'sameMessage',
    args: [x],
    says: /^reverted with "wrong"$/,
    stack: within('sameMessage'),
  })),
  ...[1n, 2n].map((x) => ({
    name: `no message ${x}`,
    call: 'noMessage',
    args: [x],
    says: new RegExp(`^reverted: require\\(x != ${x}\\) did not hold$`),
    stack: within('noMessage'),
  })),
  ...['custom error 1', 'custom error 2', 'plain error 3', 'plain error 4', 'custom error 5'].map((name) => ({
    name,
    call: 'custom',
    args: [BigInt(name.slice(-1))],
    says: name.startsWith('custom') ? /^reverted with Insufficient$/ : /^reverted with Plain$/,
    stack: within('custom'),
  })),
  {
    name: 'revert with a message',
    call: 'withString',
    args: [''],
    says: /^reverted with "empty"$/,
    stack: within('withString'),
  },
  {
    name: 'message put together',
    call: 'withString',
    args: ['way'],
    says: /^reverted with "no way"$/,
    stack: within('withString'),
  },
  {
    name: 'modifier',
    call: 'admin',
    says: /^reverted with NotOwner$/,
    stack: within('Owned.onlyOwner', 'admin'),
    sent: ({ nobody: from }) => ({ from }),
  },
  {
    name: 'modifier behind',
    call: 'limited',
    args: [7n],
    says: /^reverted with "not below"$/,
    stack: within('Owned.below', 'limited'),
  },
  {
    name: 'internal function',
    call: 'deep',
    args: [70n],
    says: /^reverted with "second: too big"$/,
    stack: within('second', 'first', 'deep'),
  },
  {
    name: 'recursion',
    call: 'recursive',
    args: [3n],
    says: /^reverted with "bottom"$/,
    stack: within('recursive', 'recursive', 'recursive', 'recursive'),
  },
  {
    name: 'internal library',
    call: 'useLibrary',
    args: [700n],
    says: /^reverted with TooBig$/,
    stack: within('Checks.atMost', 'useLibrary'),
  },
  {
    name: 'external library',
    call: 'useLinked',
    args: [7n],
    says: /^reverted with "odd"$/,
    stack: within('Checks.half', 'useLinked'),
  },
  {
    name: 'panic 0x01',
    call: 'panicAssert',
    args: [7n],
    says: /^panicked: an assertion failed \(0x01\)$/,
    stack: within('panicAssert'),
  },
  {
    name: 'panic 0x11',
    call: 'panicAdd',
    args: [200],
    says: /^panicked: arithmetic overflow or underflow \(0x11\)$/,
    stack: within('panicAdd'),
  },
  {
    name: 'panic 0x12',
    call: 'panicDivide',
    args: [0n],
    says: /^panicked: division or modulo by zero \(0x12\)$/,
    stack: within('panicDivide'),
  },
  {
    name: 'panic 0x21',
    call: 'panicEnum',
    args: [9n],
    says: /^panicked: a value outside of its enum \(0x21\)$/,
    stack: within('panicEnum'),
  },
  {
    name: 'panic 0x31',
    call: 'panicPop',
    says: /^panicked: pop of an empty array \(0x31\)$/,
    stack: within('panicPop'),
  },
  {
    name: 'panic 0x32',
    call: 'panicIndex',
    args: [3n],
    says: /^panicked: an index outside of the array \(0x32\)$/,
    stack: within('panicIndex'),
  },
  {
    name: 'panic 0x41',
    call: 'panicMemory',
    args: [2n ** 80n],
    says: /^panicked: too much memory, or an array too large \(0x41\)$/,
    stack: within('panicMemory'),
  },
  {
    name: 'panic 0x51',
    call: 'panicFunction',
    says: /^panicked: a call of an uninitialised function \(0x51\)$/,
    stack: within('panicFunction'),
  },
  {
    name: 'constructor',
    call: 'create',
    args: [13n],
    says: /^reverted with "unlucky"$/,
    stack: within('Picky.constructor', 'create'),
  },
  {
    name: 'call without code',
    call: 'call',
    args: [nobody],
    says: /^reverted: it called 0x70997970\w+, which has no code$/,
    stack: within('call'),
  },
  {
    name: 'answer without code',
    call: 'ask',
    args: [nobody],
    says: /^reverted: it called 0x70997970\w+, which (?:has no code|returned nothing: is there a contract\?)$/,
    stack: within('ask'),
  },
  {
    name: 'immutable',
    call: 'checkSeed',
    args: [picky],
    says: /^reverted with "seed too small"$/,
    stack: within('Picky.needsSeed', 'checkSeed'),
  },
  {
    name: 'own words',
    call: 'peek',
    args: [picky],
    says: /^reverted with "peek failed"$/,
    stack: within('peek'),
  },
  {
    name: 'silent callee',
    call: 'wrap',
    args: [picky],
    says: /^reverted without a reason$/,
    stack: within('Picky.silent', 'wrap'),
  },
  // Gas may end at any instruction of the loop.
  { name: 'out of gas', call: 'spend', says: /^ran out of gas$/, stack: within('spend'), line: null },
  {
    name: 'assembly',
    call: 'inAssembly',
    args: [7n],
    says: /^reverted without a reason$/,
    stack: within('inAssembly'),
  },
  {
    name: 'tiny function',
    call: 'viaTernary',
    args: [7n],
    says: /^panicked: arithmetic/,
    stack: within('tiny', 'viaTernary'),
  },
  {
    name: 'proxy',
    line: 'internal function',
    call: 'deep',
    args: [70n],
    says: /^reverted with "second: too big"$/,
    stack: within('second', 'first', 'deep', 'Forwarder.fallback'),
    sent: ({ forwarder: to }) => ({ to }),
  },
  {
    name: 'value sent to a function that is not payable',
    line: null,
    call: 'message',
    args: [15n],
    says: /^reverted: message is not payable, and was sent ether$/,
    stack: within('message'),
    sent: () => ({ value: '0x1' }),
  },
  {
    name: 'unknown selector',
    line: null,
    call: '0x12345678',
    says: /^reverted: it has no function with selector 0x12345678, and no fallback function$/,
    stack: ['Failures'],
  },
  {
    name: 'ether without data',
    line: null,
    call: '0x',
    says: /^reverted: it has no receive function, and was sent ether without any data$/,
    stack: ['Failures'],
    sent: () => ({ value: '0x1' }),
  },
  {
    name: 'arguments cut off',
    line: null,
    // The selector of message(uint256) and five bytes.
    call: '0xd1e8507b0000000000',
    says: /^reverted: the arguments of message cannot be decoded: 5 bytes were given$/,
    stack: within('message'),
  },
]
