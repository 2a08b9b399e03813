// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Calendar} from "./Calendar.sol";
import {IDeed} from "./IDeed.sol";

/// @title The timers of a deed: when each open clause falls due, and which one is next
/// @dev Six due instants of 40 bits share a slot, so that looking for the next timer costs two loads where clause 11
/// is the last that waits. Lane c % 6 of word c / 6 belongs to clause c; zero means that the clause does not wait.
abstract contract Timers is IDeed {
    uint40 internal constant NEVER = type(uint40).max;
    uint256 private constant LANES = 6;
    uint256 private constant LANE_BITS = 40;
    /// 30 clauses at most, numbered from 1.
    uint256 private constant WORDS = 6;

    uint256[WORDS] private _timers;

    /// Logical time of the step that is being performed: when a timer fell due, or the block's time for an act.
    uint40 internal transient _now;

    /// @dev The last clause that ever waits: no timer is looked for beyond it.
    function _lastClause() internal pure virtual returns (uint8);

    /// @dev Seconds by which a day of this deed begins before midnight UTC; negative: after it.
    function _dayOffset() internal pure virtual returns (int40) {
        return 0;
    }

    /// @dev The day in which an instant lies.
    function _dayOf(uint40 time) internal pure returns (uint32) {
        return Calendar.dayOf(uint40(int40(time) + _dayOffset()));
    }

    /// @dev First second of a day.
    function _startOf(uint256 day) internal pure returns (uint40) {
        return uint40(int40(Calendar.startOf(uint32(day))) - _dayOffset());
    }

    /// @dev First second after a day: a wait that includes the whole day falls due here.
    function _endOf(uint256 day) internal pure returns (uint40) {
        return _startOf(day + 1);
    }

    /// @dev The day of the step that is being performed.
    function _today() internal view returns (uint32) {
        return _dayOf(_now);
    }

    /// @dev Opens a clause, or starts its next round. It never falls due before it was opened.
    function _open(uint8 clause, uint40 time) internal {
        assert(clause != 0 && clause <= _lastClause());
        if (time < _now) time = _now;
        _setTimer(clause, time);
        emit Opened(clause, _now, time);
    }

    /// @dev Closing a clause that is not open changes nothing.
    function _close(uint8 clause) internal virtual {
        if (_due(clause) == 0) return;
        _setTimer(clause, 0);
        emit Closed(clause);
    }

    /// @dev "… is open": it waits, or is paused.
    function _isOpen(uint8 clause) internal view virtual returns (bool) {
        return _due(clause) != 0;
    }

    function _setTimer(uint8 clause, uint40 time) internal {
        uint256 shift = clause % LANES * LANE_BITS;
        uint256 word = _timers[clause / LANES];
        _timers[clause / LANES] = word & ~(uint256(NEVER) << shift) | uint256(time) << shift;
    }

    /// @dev When an open clause falls due; zero for one that does not wait.
    function _due(uint8 clause) internal view returns (uint40) {
        return uint40(_timers[clause / LANES] >> clause % LANES * LANE_BITS);
    }

    /// @dev The least (due, clause). Clauses are looked at in order, so the earlier one wins a tie.
    function _next() internal view returns (uint8 clause, uint40 time) {
        time = NEVER;
        uint256 last = _lastClause() / LANES;
        for (uint256 i; i <= last; i++) {
            uint256 word = _timers[i];
            for (uint256 c = i * LANES; word != 0; (word, c) = (word >> LANE_BITS, c + 1)) {
                uint40 dueAt = uint40(word);
                if (dueAt != 0 && dueAt < time) (clause, time) = (uint8(c), dueAt);
            }
        }
    }

    function _isIdle() internal view returns (bool) {
        uint256 last = _lastClause() / LANES;
        for (uint256 i; i <= last; i++) {
            if (_timers[i] != 0) return false;
        }
        return true;
    }

    function _clearTimers() internal {
        uint256 last = _lastClause() / LANES;
        for (uint256 i; i <= last; i++) {
            if (_timers[i] != 0) _timers[i] = 0;
        }
    }
}
