import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { functionAt, outlineOf } from './outline.ts'
import { sourceFile } from './source-file.ts'
import { statementAround } from './statement.ts'

const outline = (text: string) => outlineOf(sourceFile('A.sol', text))
const names = (text: string) =>
  outline(text).functions.map(
    ({ kind, contract, name }) => `${kind} ${contract ? `${contract}.` : ''}${name}`,
  )

describe('the outline of a source', () => {
  it('has functions, modifiers and what has no name', () => {
    expect(
      names(`
        function free(uint x) pure returns (uint) { return x; }
        abstract contract A is B(1), C {
          constructor(uint a) B(a) { }
          receive() external payable { }
          fallback(bytes calldata) external returns (bytes memory) { }
          modifier m { if (true) { _; } }
          modifier n(uint x) virtual;
          function f() public virtual m n(1) { while (true) { } }
          function g() external;
        }
        library L { function h(mapping(uint => uint) storage s) internal { } }`),
    ).toEqual([
      'function free',
      'constructor A.constructor',
      'receive A.receive',
      'fallback A.fallback',
      'modifier A.m',
      'modifier A.n',
      'function A.f',
      'function A.g',
      'function L.h',
    ])
  })

  it('is not led astray by comments, strings and words that mean something else', () => {
    expect(
      names(`
        // contract Commented { function no() {} }
        /* function no() {} } */
        contract A {
          string s = "function no() { } } \\" {";
          bytes h = hex"7d7d"; string u = unicode"} ü";
          function(uint) external returns (uint) pointer;
          mapping(uint => function() internal) many;
          uint receive; uint fallback = receive;
          struct S { function() external f; uint contract_; }
          error E(string reason); event F(uint x);
          using { add as + } for Price global;
          function yes() public { string memory t = '}'; assembly { function inner() -> r { r := 1 } } }
          function also() public { }
        }`),
    ).toEqual(['function A.yes', 'function A.also'])
  })

  it('reads the fallback function of Solidity 0.5', () => {
    expect(names('contract A { function () external payable { } function() external f; }')).toEqual([
      'fallback A.fallback',
    ])
  })

  it('has enums and named types by the contract that they belong to', () => {
    const { enums, valueTypes } = outline(
      'enum E { A, B } type P is uint96; contract C { enum E { /* , */ X, Y } type Q is bytes4; }',
    )
    expect([...enums]).toEqual([
      ['E', ['A', 'B']],
      ['C.E', ['X', 'Y']],
    ])
    expect([...valueTypes]).toEqual([
      ['P', 'uint96'],
      ['C.Q', 'bytes4'],
    ])
  })

  it('counts in bytes', () => {
    const text = 'contract Ü { string s = unicode"€"; function f() public { g(); } }'
    const file = sourceFile('A.sol', text)
    const at = file.bytes.indexOf('g();')
    expect(functionAt(outlineOf(file), at, 3)!.name).toBe('f')
    expect(Buffer.byteLength(text.slice(0, text.indexOf('g();')))).toBe(at)
    expect(functionAt(outlineOf(file), file.bytes.indexOf('string'), 3)).toBeUndefined()
  })

  it('ends, whatever it is given', () => {
    const token = fc.constantFrom(
      'contract A',
      'function f',
      '(',
      ')',
      '{',
      '}',
      ';',
      '"',
      "'",
      '/*',
      '*/',
      '//',
      '\n',
      'enum E',
      'type',
      'x',
    )
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        const text = tokens.join(' ')
        for (const { start, body, end } of outline(text).functions) {
          expect(start).toBeLessThanOrEqual(body)
          expect(end).toBeLessThanOrEqual(text.length + 1)
        }
      }),
    )
  })
})

describe('a statement', () => {
  const around = (text: string, mark: string) => {
    const file = sourceFile('A.sol', text)
    const { start, end } = statementAround(file, text.indexOf(mark))
    return text.slice(start, end)
  }

  it.each([
    ['{ a = 1; b = f(x; }', 'x', 'b = f(x; }'],
    ['{ a = 1; b = f(c, d); e; }', 'd)', 'b = f(c, d);'],
    ['{ if (a == 1) { revert(); } b; }', 'a ==', 'if (a == 1) { revert(); }'],
    ['{ if (a == 1) revert B(2); b; }', 'a ==', 'if (a == 1) revert B(2);'],
    ['{ if (a) { b; } else if (c) revert(); }', 'c)', 'if (c) revert();'],
    ['{ unchecked { a++; } }', 'a++', 'a++;'],
    ['{ require(a, "x; y"); }', 'a,', 'require(a, "x; y");'],
  ])('in %s at %s', (text, mark, expected) => {
    expect(around(text, mark)).toBe(expected)
  })
})
