// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {AggregatorV3Interface} from "./AggregatorV3Interface.sol";

/// @title A price feed for development chains
/// @notice It answers what its owner has set, as of the block in which it was set.
contract TestFeed is AggregatorV3Interface, Ownable {
    uint8 public constant decimals = 8;

    int256 private _answer;
    uint256 private _updatedAt;
    uint80 private _round;

    constructor(address owner) Ownable(owner) {}

    /// @param answer With eight decimals.
    function set(int256 answer) external onlyOwner {
        (_answer, _updatedAt, _round) = (answer, block.timestamp, _round + 1);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (_round, _answer, _updatedAt, _updatedAt, _round);
    }
}
