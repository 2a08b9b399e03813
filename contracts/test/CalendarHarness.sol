// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Calendar} from "../src/Calendar.sol";

/// @dev The library's internal functions, many at once, for tests.
contract CalendarHarness {
    function addMonths(uint32[] calldata daysFrom, uint32[] calldata months)
        external
        pure
        returns (uint32[] memory to)
    {
        to = new uint32[](daysFrom.length);
        for (uint256 i; i < to.length; i++) to[i] = Calendar.addMonths(daysFrom[i], months[i]);
    }

    /// @param months Earlier, if negative.
    function shiftMonths(uint32[] calldata daysFrom, int32[] calldata months)
        external
        pure
        returns (uint32[] memory to)
    {
        to = new uint32[](daysFrom.length);
        for (uint256 i; i < to.length; i++) {
            to[i] = months[i] < 0
                ? Calendar.subMonths(daysFrom[i], uint32(-months[i]))
                : Calendar.addMonths(daysFrom[i], uint32(months[i]));
        }
    }

    /// @return dates Year, month and day of the month as one number: 20270131.
    function toDates(uint32[] calldata list) external pure returns (uint256[] memory dates) {
        dates = new uint256[](list.length);
        for (uint256 i; i < dates.length; i++) {
            (uint256 year, uint256 month, uint256 dayOfMonth) = Calendar.toDate(list[i]);
            require(Calendar.fromDate(year, month, dayOfMonth) == list[i], "no way back");
            dates[i] = year * 10_000 + month * 100 + dayOfMonth;
        }
    }
}
