// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// What exchanges and vaults compute: Solady's roots, logarithms and full-width products, and prices of ticks.
contract Pools {
    function run() external pure returns (uint256 sum) {
        unchecked {
            for (int256 tick = -400_000; tick < 400_000; tick += 1600) {
                uint256 price = priceAt(tick);
                sum += FixedPointMathLib.fullMulDiv(price, price, 2 ** 96);
                sum += FixedPointMathLib.sqrt(price);
                sum += uint256(FixedPointMathLib.lnWad(int256(price >> 1)));
            }
        }
    }

    /// The root of 1.0001 ** tick with 96 fractional bits, as a product of the roots of its powers of two.
    function priceAt(int256 tick) private pure returns (uint256 price) {
        unchecked {
            uint256 bits = uint256(tick < 0 ? -tick : tick);
            price = 1 << 128;
            // 1.0001 ** -(2 ** i / 2), with 128 fractional bits.
            uint256 factor = 0xfffcb933bd6fad37aa2d162d1a594001;
            for (; bits > 0; bits >>= 1) {
                if (bits & 1 != 0) price = (price * factor) >> 128;
                factor = (factor * factor) >> 128;
            }
            if (tick > 0) price = type(uint256).max / price;
            price >>= 32;
        }
    }
}
