// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Whole numbers with a sign
library Numbers {
    /// @notice The greatest whole number that is not more than `a / b`. Solidity's own division cuts towards zero.
    function floorDiv(int256 a, int256 b) internal pure returns (int256 quotient) {
        quotient = a / b;
        if (a % b != 0 && (a < 0) != (b < 0)) quotient--;
    }

    /// @notice The least whole number that is not less than `a / b`.
    function ceilDiv(int256 a, int256 b) internal pure returns (int256 quotient) {
        quotient = a / b;
        if (a % b != 0 && (a < 0) == (b < 0)) quotient++;
    }
}
