// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Deed} from "./Deed.sol";

/// @title Unique tokens (ERC-721) in a deed
/// @notice Of a collection a party owns as many as have become its own; `withdraw` sends all of them. They are sent
/// without asking the receiver, which could refuse.
abstract contract Titles is Deed {
    mapping(address party => mapping(address token => uint256[] ids)) private _titles;

    function _takeTitle(address token, uint256 id, address from) internal {
        IERC721(token).transferFrom(from, address(this), id);
        if (IERC721(token).ownerOf(id) != address(this)) revert PartialTransfer(token, 1, 0);
    }

    function _creditTitle(address party, address token, uint256 id) internal {
        _titles[party][token].push(id);
        _credit(party, token, 1);
    }

    function _send(address party, address token, uint256 amount) internal virtual override {
        uint256[] storage ids = _titles[party][token];
        if (ids.length == 0) {
            super._send(party, token, amount);
            return;
        }
        for (; amount != 0; amount--) {
            uint256 id = ids[ids.length - 1];
            ids.pop();
            IERC721(token).transferFrom(address(this), party, id);
        }
    }

    /// @dev For constructors.
    function _checkTitle(bytes32 field, address token) internal view {
        if (token.code.length == 0) revert OutOfBounds(field);
    }
}
