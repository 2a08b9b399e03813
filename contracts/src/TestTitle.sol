// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title Unique tokens for development chains
/// @notice An ordinary ERC-721, whose tokens are numbered from 1. Its name says that they stand for nothing. Only its
/// owner makes new ones.
contract TestTitle is ERC721, Ownable {
    uint256 public totalSupply;

    constructor(address owner, string memory symbol) ERC721("Deed test title", symbol) Ownable(owner) {}

    function mint(address to) external onlyOwner {
        _mint(to, ++totalSupply);
    }
}
