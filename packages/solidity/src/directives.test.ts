import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanDirectives } from './directives.ts'

const paths = (content: string) => scanDirectives(content).imports.map(({ path }) => path)

test('finds every form of import', () => {
  expect(
    paths(`
      import "a.sol";
      import './b.sol' as b;
      import * as c from "c.sol";
      import {D, E as F} from "d.sol";
      import {
        G // "not this one.sol"
      } from /* 'nor this' */ "g.sol"
      ;
      contract X {} import "last.sol";`),
  ).toEqual(['a.sol', './b.sol', 'c.sol', 'd.sol', 'g.sol', 'last.sol'])
})

test('is not taken in by comments, strings and names', () => {
  expect(
    paths(`
      // import "a.sol";
      /* import "b.sol"; */
      /// import "c.sol";
      string constant s = "import 'd.sol';"; string constant t = "\\"; import 'e.sol';";
      uint important; uint $import; uint import_;
      /* unterminated import "f.sol";`),
  ).toEqual([])
})

test('says where the statement stands', () => {
  const content = 'contract A {}\n  import {B} from "b.sol"; contract C {}'
  const [found] = scanDirectives(content).imports
  expect(content.slice(found!.start, found!.end)).toBe('import {B} from "b.sol";')
})

test('reads pragmas of Solidity, and of nothing else', () => {
  const content = `pragma solidity ^0.8.20;
    pragma   solidity>=0.4.0 /* or so */
      <0.9.0;
    pragma abicoder v2;
    // pragma solidity 0.1.0;
    pragma solidity "0.8.19";
    pragma solidity 0.7.6 || ^0.8.0;`
  expect(scanDirectives(content).pragmas).toEqual(['^0.8.20', '0.8.19', '0.7.6 || ^0.8.0'])
  expect(scanDirectives('pragma solidity >=0.4.0 /* or so */ <0.9.0;').pragmas).toEqual(['>=0.4.0 <0.9.0'])
})

test('takes any text, in time that grows with its length only', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          'import',
          'pragma',
          'solidity',
          ' ',
          '"',
          "'",
          ';',
          '//',
          '/*',
          '*/',
          '\\',
          '\n',
          'a',
        ),
      ),
      (parts) => {
        scanDirectives(parts.join(''))
      },
    ),
  )
  const start = performance.now()
  for (const nasty of ['/*', '"', 'import ', '\\"', '/']) scanDirectives(nasty.repeat(500_000))
  expect(performance.now() - start).toBeLessThan(5_000)
})
