// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Days and months of the Gregorian calendar
/// @notice A day is a `uint32`: the number of days since 1 January 1970, UTC. A day lasts 86,400 seconds, as in Unix time.
/// The conversions count years from 1 March, so that the leap day is the last of its year and needs no case of
/// its own; 400 years ("an era") have 146,097 days, and day 0 is 719,468 days after 1 March of year 0.
/// The sums are unchecked: for days and months of 32 bits none of them comes near 2^64.
library Calendar {
    uint256 private constant DAYS_PER_ERA = 146_097;
    uint256 private constant EPOCH = 719_468;

    /// @notice The day in which an instant lies.
    function dayOf(uint40 time) internal pure returns (uint32) {
        return uint32(time / 1 days);
    }

    /// @notice First second of a day.
    function startOf(uint32 day) internal pure returns (uint40) {
        return uint40(day) * 1 days;
    }

    /// @notice First second after a day: a wait that includes the whole day falls due here.
    function endOf(uint32 day) internal pure returns (uint40) {
        return (uint40(day) + 1) * 1 days;
    }

    /// @notice The same day of the month `months` later, or that month's last day if it has no such day.
    /// @dev From 31 January come 28 February and 31 March, each counted from the anchor and never from each other.
    function addMonths(uint32 day, uint32 months) internal pure returns (uint32) {
        unchecked {
            (uint256 year, uint256 month, uint256 dayOfMonth) = toDate(day);
            return _dayIn(year * 12 + (month - 1) + months, dayOfMonth);
        }
    }

    /// @notice The same day of the month `months` earlier, or that month's last day if it has no such day.
    /// @dev Not for days that would lie before 1970.
    function subMonths(uint32 day, uint32 months) internal pure returns (uint32) {
        unchecked {
            (uint256 year, uint256 month, uint256 dayOfMonth) = toDate(day);
            return _dayIn(year * 12 + (month - 1) - months, dayOfMonth);
        }
    }

    /// @dev A day of a month, or the month's last day. Months are counted from January of year 0.
    function _dayIn(uint256 total, uint256 dayOfMonth) private pure returns (uint32) {
        unchecked {
            (uint256 year, uint256 month) = (total / 12, total % 12 + 1);
            uint256 first = fromDate(year, month, 1);
            uint256 next = month == 12 ? fromDate(year + 1, 1, 1) : fromDate(year, month + 1, 1);
            uint256 wanted = first + dayOfMonth - 1;
            return uint32(wanted < next ? wanted : next - 1);
        }
    }

    /// @return year Gregorian year.
    /// @return month 1 to 12.
    /// @return dayOfMonth 1 to 31.
    function toDate(uint32 day) internal pure returns (uint256 year, uint256 month, uint256 dayOfMonth) {
        unchecked {
            uint256 sinceZero = uint256(day) + EPOCH;
            uint256 era = sinceZero / DAYS_PER_ERA;
            uint256 dayOfEra = sinceZero % DAYS_PER_ERA;
            uint256 yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
            uint256 dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
            // Months from March have 31, 30, 31, 30, 31 days and so on: 153 days in each five.
            uint256 sinceMarch = (5 * dayOfYear + 2) / 153;
            dayOfMonth = dayOfYear - (153 * sinceMarch + 2) / 5 + 1;
            month = sinceMarch < 10 ? sinceMarch + 3 : sinceMarch - 9;
            year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        }
    }

    /// @notice The inverse of `toDate`.
    function fromDate(uint256 year, uint256 month, uint256 dayOfMonth) internal pure returns (uint32) {
        unchecked {
            uint256 marchYear = month <= 2 ? year - 1 : year;
            uint256 yearOfEra = marchYear % 400;
            uint256 sinceMarch = month > 2 ? month - 3 : month + 9;
            uint256 dayOfYear = (153 * sinceMarch + 2) / 5 + dayOfMonth - 1;
            uint256 dayOfEra = 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
            return uint32(marchYear / 400 * DAYS_PER_ERA + dayOfEra - EPOCH);
        }
    }
}
