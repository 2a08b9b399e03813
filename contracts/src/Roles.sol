// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Deed} from "./Deed.sol";

/// @title Roles of a deed that can be passed on
/// @notice A transferable party is whoever holds its role, an ERC-721 that is minted to the signer at the start. What falls
/// due belongs to whoever held the role then: passing it on first lets everything run that is due.
abstract contract Roles is Deed, ERC721 {
    /// @dev Whoever plays a role: the signer until the deed has begun, then the holder.
    function _holder(uint256 role, address signer) internal view returns (address) {
        return begun ? _ownerOf(role) : signer;
    }

    function _update(address to, uint256 role, address auth) internal override returns (address) {
        if (_ownerOf(role) != address(0)) {
            if (_reentrancyGuardEntered()) revert ReentrancyGuardReentrantCall();
            _settle();
        }
        return super._update(to, role, auth);
    }

    /// @notice The text of the deed.
    function tokenURI(uint256 role) public view override returns (string memory) {
        _requireOwned(role);
        return this.legalDocument(0);
    }
}
