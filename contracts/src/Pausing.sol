// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Deed} from "./Deed.sol";
import {Timers} from "./Timers.sol";

/// @title Clauses that can stand still
/// @notice While a clause is paused it takes no acts and its time does not run. It counts as open all the same.
abstract contract Pausing is Deed {
    /// Seconds that were left, and one more; zero for a clause that is not paused.
    mapping(uint8 clause => uint40) private _left;

    /// @dev Pausing a clause that does not wait changes nothing.
    function _pause(uint8 clause) internal {
        uint40 due = _due(clause);
        if (due == 0) return;
        _left[clause] = due - _now + 1;
        _setTimer(clause, 0);
        emit Paused(clause, due - _now);
    }

    /// @dev Resuming a clause that is not paused changes nothing.
    function _resume(uint8 clause) internal {
        uint40 left = _left[clause];
        if (left == 0) return;
        delete _left[clause];
        uint40 due = _now + left - 1;
        _setTimer(clause, due);
        emit Resumed(clause, due);
    }

    function _close(uint8 clause) internal virtual override(Timers) {
        if (_left[clause] == 0) {
            super._close(clause);
            return;
        }
        delete _left[clause];
        emit Closed(clause);
    }

    function _isOpen(uint8 clause) internal view virtual override(Timers) returns (bool) {
        return _left[clause] != 0 || super._isOpen(clause);
    }
}
