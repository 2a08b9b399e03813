// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Calendar} from "../src/Calendar.sol";
import {Deed} from "../src/Deed.sol";

/// @dev A deed for tests of the base: one party, more rounds than one call may run, and no `End`.
///
/// 1. Count: Every day from first, 40 times: Set count to count + 1. Afterwards: Do nothing.
/// 2. Same: On first + 5 days: Set seen to count.
/// 3. Ping: By first + 60 days: Anyone may at any time ping if count is more than 2. Otherwise: Do nothing.
contract Ticker is Deed {
    using Calendar for uint32;

    uint8 private constant COUNT = 1;
    uint8 private constant SAME = 2;
    uint8 private constant PING = 3;
    uint256 private constant ROUNDS = 40;

    address public immutable party;
    uint32 public immutable first;
    uint256 public count;
    uint256 public seen;
    uint256 public pings;
    /// Logical time of the last step, in seconds.
    uint256 public last;

    constructor(address party_, uint32 first_)
        Deed(
            "Ticker",
            keccak256("ticker"),
            "Terms(address party,uint32 first)",
            keccak256(abi.encode(keccak256("Terms(address party,uint32 first)"), party_, first_))
        )
    {
        party = party_;
        first = first_;
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](1);
        list[0] = party;
    }

    function _lastClause() internal pure override returns (uint8) {
        return PING;
    }

    function _begin() internal override {
        _open(COUNT, first.startOf());
        _open(SAME, (first + 5).startOf());
        _open(PING, (first + 60).endOf());
    }

    function ping() external nonReentrant act(PING, 1) {
        if (count <= 2) revert ConditionNotMet(PING, 1);
        pings++;
    }

    function _elapse(uint8 clause) internal override {
        last = _now;
        if (clause != COUNT || count == ROUNDS) {
            if (clause == SAME) seen = count;
            _close(clause);
            return;
        }
        count++;
        _open(COUNT, (first + uint32(count)).startOf());
    }

    function _routes(uint8 clause, uint40) internal view override returns (uint256 acts, bool must) {
        if (clause == PING) return (count > 2 ? 1 << 1 : 0, false);
    }

    function _remainders() internal override {}
}
