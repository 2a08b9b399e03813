/** What is sent: a text that is JSON-RPC or nearly so, and what may be answered to it. */
import { METHODS } from '@deed/chain'
import { exampleOf } from './examples.ts'
import { mutate, nasty } from './mutate.ts'
import type { Random } from './random.ts'
import type { Scene } from './scene.ts'

/** What the answer to one request has to be like. */
export interface Expected {
  /** `undefined`: a notification, to which nothing is said. */
  readonly id: string | number | null | undefined
  /** Codes of which the answer must have one; `undefined`: a result, or any code that fits a request of sound form. */
  readonly codes?: readonly number[]
}

export interface Shot {
  readonly body: string | Buffer
  /** One answer, or a list of them in order. An empty list: nothing is said. */
  readonly expected: Expected | readonly Expected[]
  /** What it is, for people. */
  readonly name: string
}

const PARSE = -32700
const REQUEST = -32600
const METHOD = -32601
const PARAMS = -32602

/** @param isAsked which methods are asked; default: all but the Engine API's, which is on a port of its own. */
export const makeShot = (scene: Scene, random: Random, isAsked: (name: string) => boolean = isPlain): Shot =>
  random.weighed<() => Shot>([
    [15, () => single(sound(scene, random, isAsked))],
    [60, () => single(spoilt(scene, random, isAsked))],
    [10, () => single(envelope(scene, random, isAsked))],
    [7, () => text(random)],
    [8, () => batch(scene, random, isAsked)],
  ])()

const isPlain = (name: string): boolean => METHODS[name]!.class !== 'engine'
export const isEngine = (name: string): boolean => name.startsWith('engine_')

interface One {
  readonly request: unknown
  readonly expected: Expected
  readonly name: string
}

const single = ({ request, expected, name }: One): Shot => ({
  body: JSON.stringify(request),
  expected: expected.id === undefined ? [] : expected,
  name,
})

/** A valid request. */
const sound = (scene: Scene, random: Random, isAsked: (name: string) => boolean): One => {
  const method = random.pick(Object.keys(METHODS).filter(isAsked))
  return ask(method, tamed(method, exampleOf(method, scene)), random)
}

/** A request of sound form with parameters that are changed. */
const spoilt = (scene: Scene, random: Random, isAsked: (name: string) => boolean): One => {
  const method = random.pick(Object.keys(METHODS).filter(isAsked))
  const params = exampleOf(method, scene)
  const spoiltParams = random.weighed<() => unknown[]>([
    [12, () => mutate(params, random) as unknown[]],
    [1, () => params.slice(0, -1)],
    [1, () => params.map(() => null)],
    [1, () => params.map(() => nasty(random))],
  ])()
  return ask(method, tamed(method, Array.isArray(spoiltParams) ? spoiltParams : [spoiltParams]), random)
}

const ask = (method: string, params: unknown, random: Random, codes?: readonly number[]): One => {
  const id = random.pick<string | number | null | undefined>([
    1,
    0,
    -1,
    1.5,
    2 ** 53,
    'a',
    '',
    'ä💥',
    '__proto__',
    null,
    undefined,
  ])
  const request = { jsonrpc: '2.0', ...(id !== undefined && { id }), method, params }
  return { request, expected: { id, ...(codes && { codes }) }, name: method }
}

/** A valid call in an envelope that is wrong, or odd. */
const envelope = (scene: Scene, random: Random, isAsked: (name: string) => boolean): One => {
  const { request: given, name } = sound(scene, random, isAsked)
  const request = { ...(given as Record<string, unknown>), id: 7 }
  const wrong = (changed: unknown, codes: readonly number[] | undefined, id: Expected['id'] = 7): One => ({
    request: changed,
    expected: { id, ...(codes && { codes }) },
    name: `${name} in an odd envelope`,
  })
  return random.pick<() => One>([
    () => wrong({ ...request, jsonrpc: random.pick(['1.0', '2', 2, null, undefined, {}]) }, [REQUEST]),
    () => wrong({ ...request, method: random.pick([null, 1, {}, [], true, undefined]) }, [REQUEST]),
    () =>
      wrong(
        {
          ...request,
          method: random.pick([
            '',
            'eth_',
            'eth_foo',
            'constructor',
            '__proto__',
            'toString',
            'x'.repeat(50_000),
            ' eth_chainId',
          ]),
        },
        [METHOD],
      ),
    () => wrong({ ...request, params: random.pick<unknown>([{}, { 0: 1 }, 'latest', 1, true]) }, [PARAMS]),
    () => wrong({ ...request, params: Array.from({ length: 50 }, () => null) }, [PARAMS]),
    // An id that is neither text nor number is answered as if it were null.
    () => wrong({ ...request, id: random.pick<unknown>([{}, [], true, { toJSON: 1 }]) }, undefined, null),
    () => wrong({ ...request, more: nasty(random), __proto: 1 }, undefined),
    () => wrong(random.pick<unknown>([1, 'x', null, true, 0.5, '']), [REQUEST], null),
  ])()
}

/** Text that is no JSON, or JSON that is written in an odd way. */
const text = (random: Random): Shot => {
  const broken = (body: string | Buffer, name: string): Shot => ({
    body,
    expected: { id: null, codes: [PARSE] },
    name,
  })
  const odd = (body: string, name: string, expected: Expected = { id: 1, codes: [] }): Shot => ({
    body,
    expected,
    name,
  })
  const request = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'
  const deep = random.pick([1_000, 20_000, 500_000])
  return random.pick<() => Shot>([
    () => broken('', 'nothing'),
    () => broken(request.slice(0, 1 + random.below(request.length - 1)), 'a torn request'),
    () => broken(`${request}${random.pick([',', '}', ']', 'x', request])}`, 'more than a request'),
    () =>
      broken(
        request.replace(
          '[]',
          random.pick([
            '[,]',
            '[1,]',
            '[NaN]',
            '[01]',
            '[0x1]',
            "['a']",
            '[+1]',
            '[/**/]',
            '["\t"]',
            '["\\x"]',
            '[1e]',
          ]),
        ),
        'no JSON within a request',
      ),
    () =>
      broken(
        Buffer.concat([Buffer.from(request), Buffer.from([0xff, 0xfe, 0x00])]),
        'bytes that are no UTF-8',
      ),
    () => broken('['.repeat(deep), 'lists that do not end'),
    () => broken('{"a":'.repeat(deep), 'objects that do not end'),
    () => broken('\u0000'.repeat(100), 'zeros'),
    () => odd(` \n\t\r${' '.repeat(random.below(10_000))}${request}\n`, 'spaces around'),
    () =>
      odd(
        request.replace('"id":1', '"id":9,"id":1').replace('"params"', '"params":{},"params"'),
        'keys that come twice',
      ),
    () => odd(request.replace('"id"', '"\\u0069d"').replace('eth_', '\\u0065th_'), 'escaped names'),
    () => odd(request.replace('"id":1', '"id":1e400'), 'an id beyond all numbers', { id: null, codes: [] }),
    () =>
      odd(request.replace('"id":1', '"id":12345678901234567890'), 'an id with many digits', {
        id: Number('12345678901234567890'),
        codes: [],
      }),
    () =>
      odd(
        request.replace('[]', `[],"__proto__":{"id":5},"more":${'['.repeat(deep)}${']'.repeat(deep)}`),
        'deep lists beside',
      ),
    () =>
      odd(request.replace('[]', `[${'['.repeat(deep)}${']'.repeat(deep)}]`), 'deep lists as a parameter', {
        id: 1,
        codes: [PARAMS],
      }),
    () =>
      odd(
        request
          .replace('eth_chainId', 'eth_getBalance')
          .replace('[]', `[${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}]`),
        'deep objects as a parameter',
        { id: 1, codes: [PARAMS] },
      ),
    () =>
      odd(
        request
          .replace('eth_chainId', 'eth_getBalance')
          .replace('[]', `[${'9'.repeat(random.pick([30, 400, 100_000]))}]`),
        'a number with many digits',
        { id: 1, codes: [PARAMS] },
      ),
    () =>
      odd(request.replace('eth_chainId', 'web3_sha3').replace('[]', '["\\ud800"]'), 'half a character', {
        id: 1,
        codes: [PARAMS],
      }),
    () => odd(`\ufeff${request}`, 'a mark of byte order', { id: null, codes: [PARSE] }),
  ])()
}

const batch = (scene: Scene, random: Random, isAsked: (name: string) => boolean): Shot => {
  const size = random.weighed([
    [20, 1 + random.below(8)],
    [2, 0],
    [1, 100],
    [1, 1_001],
  ])
  if (size === 0) return { body: '[]', expected: { id: null, codes: [REQUEST] }, name: 'an empty batch' }
  if (size > 1_000)
    return {
      body: `[${Array(size).fill('1')}]`,
      expected: { id: null, codes: [REQUEST] },
      name: 'a batch that is too large',
    }
  const ones = Array.from({ length: size }, () =>
    random.weighed<() => One>([
      [6, () => sound(scene, random, isAsked)],
      [6, () => spoilt(scene, random, isAsked)],
      [3, () => envelope(scene, random, isAsked)],
      [1, () => ({ request: [], expected: { id: null, codes: [REQUEST] }, name: 'a list in a batch' })],
    ])(),
  )
  return {
    body: JSON.stringify(ones.map(({ request }) => request)),
    expected: ones.map(({ expected }) => expected).filter(({ id }) => id !== undefined),
    name: `a batch of ${ones.map(({ name }) => name).join(', ')}`,
  }
}

/**
 * Parameters with which a method ends soon. A hundred thousand blocks may be asked for and are mined, and a receipt may
 * be waited for a minute; neither is what is looked for here.
 */
const tamed = (method: string, params: unknown[]): unknown[] => {
  if (/_(mine|reorg|rollback)|_mine_detailed$/.test(method))
    return params.map((value) => below(value, 100, 100_000))
  if (/Sync$/.test(method))
    return params.map((value, index) => (index === 1 ? below(value, 300, Number.POSITIVE_INFINITY) : value))
  return params
}

/** Numbers between two are brought below the first, wherever they stand. */
const below = (value: unknown, least: number, most: number): unknown => {
  if (Array.isArray(value)) return value.map((one) => below(one, least, most))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, below(one, least, most)]))
  const number =
    typeof value === 'number'
      ? value
      : /^(0x[0-9a-fA-F]{1,14}|\d{1,17})$/.test(String(value))
        ? Number(value)
        : 0
  return number > least && number <= most ? number % least : value
}
