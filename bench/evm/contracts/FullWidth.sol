// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// Arithmetic on operands of all 256 bits, each instruction in a loop of its own.
contract FullWidth {
    uint256 constant A = 0xf1d3c5b7a99b8d7f61534557392b1d0ff1d3c5b7a99b8d7f61534557392b1d0f;
    uint256 constant P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;

    function multiply() external pure returns (uint256 x) {
        x = A;
        unchecked {
            for (uint256 i = 0; i < 100_000; i++) x = x * (x + i) + A;
        }
    }

    function divide() external pure returns (uint256 sum) {
        uint256 x = A;
        unchecked {
            for (uint256 i = 0; i < 100_000; i++) {
                x = x * A + i;
                sum += A / (x >> 100) + x % (P >> 32);
            }
        }
    }

    function divideSigned() external pure returns (int256 sum) {
        uint256 x = A;
        unchecked {
            for (uint256 i = 0; i < 100_000; i++) {
                x = x * A + i;
                sum += int256(A) / int256(x >> 70) + int256(x) % -int256(P);
            }
        }
    }

    function modular() external pure returns (uint256 x) {
        x = A;
        for (uint256 i = 0; i < 100_000; i++) {
            x = mulmod(x, A, P);
            x = addmod(x, A, P);
        }
    }

    function power() external pure returns (uint256 x) {
        x = A;
        unchecked {
            for (uint256 i = 0; i < 2_000; i++) x = x ** (A | 1) + i;
        }
    }

    function shift() external pure returns (uint256 x) {
        x = A;
        unchecked {
            for (uint256 i = 0; i < 100_000; i++) x = ((x << (i & 255)) | (x >> (256 - (i & 255)))) ^ A;
        }
    }
}
