// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deed} from "./Deed.sol";

/// @title Acts of several parties together
/// @notice Each of them consents by an act of its own, with the same values and while the clause is open; with the
/// last one it happens. A consent stands until the clause closes.
abstract contract Joint is Deed {
    /// By clause, opening, act and what is given: who has consented, as bits.
    mapping(bytes32 consent => uint256 parties) private _consents;
    mapping(uint8 clause => uint256) private _openings;

    /// @dev Consents to a clause that was open before count no more.
    function _forgetConsents(uint8 clause) internal {
        _openings[clause]++;
    }

    /// @param given Hash of what the act gives.
    /// @param all Those who have to consent. Whoever plays two of them consents twice.
    /// @return complete Whether all have.
    function _consent(uint8 clause, uint8 route, bytes32 given, address[] memory all)
        internal
        returns (bool complete)
    {
        bytes32 consent = keccak256(abi.encode(clause, _openings[clause], route, given));
        uint256 before = _consents[consent];
        uint256 i;
        while (i < all.length && (all[i] != msg.sender || before >> i & 1 != 0)) i++;
        if (i == all.length) revert NotYourAct(msg.sender);
        uint256 then = before | 1 << i;
        complete = then == (1 << all.length) - 1;
        _consents[consent] = complete ? 0 : then;
        if (complete) emit Acted(clause, route, msg.sender);
        else emit Assented(clause, route, msg.sender);
    }
}
