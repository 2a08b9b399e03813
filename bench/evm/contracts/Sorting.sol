// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {LibSort} from "solady/src/utils/LibSort.sol";

contract Sorting {
    /// Checked arithmetic and checked indices.
    function insertion() external pure returns (uint256) {
        uint256[] memory values = mixed(300);
        for (uint256 i = 1; i < values.length; i++) {
            uint256 value = values[i];
            uint256 j = i;
            while (j > 0 && values[j - 1] > value) {
                values[j] = values[j - 1];
                j--;
            }
            values[j] = value;
        }
        return check(values);
    }

    /// Solady's, in assembly.
    function solady() external pure returns (uint256) {
        uint256[] memory values = mixed(5000);
        LibSort.sort(values);
        return check(values);
    }

    function mixed(uint256 count) private pure returns (uint256[] memory values) {
        values = new uint256[](count);
        uint256 state = 88172645463325252;
        for (uint256 i = 0; i < count; i++) {
            unchecked {
                state ^= (state << 13) & type(uint64).max;
                state ^= state >> 7;
                state ^= (state << 17) & type(uint64).max;
            }
            values[i] = state;
        }
    }

    function check(uint256[] memory values) private pure returns (uint256 sum) {
        for (uint256 i = 1; i < values.length; i++) {
            require(values[i - 1] <= values[i]);
            unchecked {
                sum = sum * 31 + values[i];
            }
        }
    }
}
