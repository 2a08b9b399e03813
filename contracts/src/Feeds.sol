// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AggregatorV3Interface} from "./AggregatorV3Interface.sol";

/// @title Prices from feeds
/// @notice A price that is zero, negative, absurdly large, from the future or too old is none. A feed that reverts has none
/// either, such as one that looks whether the sequencer of its chain is up.
library Feeds {
    uint256 private constant MOST_ANSWER = 1 << 128;
    uint8 internal constant MOST_DECIMALS = 18;

    /// @return answer In the feed's own decimals; zero if there is none that counts.
    function read(address feed, uint256 time, uint256 maxAge) internal view returns (uint256 answer) {
        try AggregatorV3Interface(feed).latestRoundData() returns (
            uint80, int256 latest, uint256, uint256 updatedAt, uint80
        ) {
            bool fresh = updatedAt <= time && time - updatedAt <= maxAge;
            if (latest > 0 && uint256(latest) < MOST_ANSWER && fresh) answer = uint256(latest);
        } catch {}
    }

    /// @return unit What one is in the feed's decimals; zero if it is no feed.
    function unitOf(address feed) internal view returns (uint256 unit) {
        if (feed.code.length == 0) return 0;
        uint8 decimals = AggregatorV3Interface(feed).decimals();
        if (decimals <= MOST_DECIMALS) unit = 10 ** decimals;
    }
}
