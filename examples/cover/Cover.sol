// SPDX-License-Identifier: Apache-2.0
// Made of cover.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Calendar} from "@deed/contracts/src/Calendar.sol";
import {Deed} from "@deed/contracts/src/Deed.sol";
import {Joint} from "@deed/contracts/src/Joint.sol";
import {Orders} from "@deed/contracts/src/Orders.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Rainfall cover
/// @notice The contract of `cover.deed`. Each function is one bullet of the text, whose words stand above it; where the
/// two differ, the bullets of the text say what was meant.
contract Cover is Joint, Orders {
    using Calendar for uint32;

    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
    struct Terms {
        address insurer;
        address farmer;
        address oracle;
        address usdc;
        uint128 cover;
        uint128 premium;
        uint32 sowing;
    }

    string private constant TERMS_TYPE =
        "Terms(address insurer,address farmer,address oracle,address usdc,uint128 cover,uint128 premium,uint32 sowing)";

    uint8 private constant BACKING = 2;
    uint8 private constant SALE = 3;
    uint8 private constant SEASON = 4;
    uint8 private constant REPORT = 5;
    uint8 private constant SETTLEMENT = 6;
    uint8 private constant SILENCE = 7;

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Insurer and Farmer are parties."
    address public immutable insurer;
    address public immutable farmer;
    /// "Oracle is a third party."
    address public immutable oracle;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "cover is an amount in USDC from 100 USDC to 1,000,000 USDC, agreed at signing."
    uint128 public immutable cover;
    /// "premium is an amount in USDC from 1 USDC to 100,000 USDC, agreed at signing."
    uint128 public immutable premium;
    /// "sowing is a date from 2027-01-01 to 2030-12-31, agreed at signing."
    uint32 public immutable sowing;
    /// "harvest is sowing + 4 months."
    uint32 public immutable harvest;
    /// "trigger is 300 mm."
    uint128 public constant trigger = 300;
    /// "exit is 100 mm."
    uint128 public constant exit = 100;
    /// "rainfall is a number of mm from 0 mm to 5,000 mm, stated later."
    uint128 public rainfall;
    /// "pool is USDC held for Insurer."
    uint128 public pool;
    /// "purse is USDC held for Farmer."
    uint128 public purse;

    /// @param text_ keccak256 of `cover.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Rainfall cover", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
    {
        _checkAddress("Insurer", t.insurer);
        _checkAddress("Farmer", t.farmer);
        _checkAddress("Oracle", t.oracle);
        _checkToken("USDC", t.usdc, 6);
        if (t.cover < 100e6 || t.cover > 1_000_000e6) revert OutOfBounds("cover");
        if (t.premium < 1e6 || t.premium > 100_000e6) revert OutOfBounds("premium");
        if (t.sowing < 20_819 || t.sowing > 22_279) revert OutOfBounds("sowing");
        insurer = t.insurer;
        farmer = t.farmer;
        oracle = t.oracle;
        usdc = t.usdc;
        cover = t.cover;
        premium = t.premium;
        sowing = t.sowing;
        harvest = sowing.addMonths(4);
        _checkSigners();
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = insurer;
        list[1] = farmer;
    }

    function _lastClause() internal pure override returns (uint8) {
        return SILENCE;
    }

    /// All have signed. Then clause 2 opens: "By sowing - 14 days".
    function _begin() internal override {
        // Signing requires sowing is after today + 30 days.
        if (sowing <= _today() + 30) revert ConditionNotMet(1, 0);
        _open(BACKING, _endOf(sowing - 14));
    }

    // ---- 2. Backing -----------------------------------------------------------------------------------------------

    /// @notice 2. Backing. "Insurer must pay cover into pool"
    function backingPay() external nonReentrant duty(BACKING, 1, insurer) {
        _close(BACKING);
        _takeOrdered(usdc, cover);
        _setPool(pool + cover);
        // Begin Sale.
        _open(SALE, _endOf(sowing - 7));
    }

    /// 2. Backing. "Otherwise"
    function _backingOtherwise() private {
        _close(BACKING);
        emit Breached(BACKING, insurer);
        // End.
        _end();
    }

    // ---- 3. Sale --------------------------------------------------------------------------------------------------

    /// @notice 3. Sale. "Farmer may pay premium into purse"
    function salePay() external nonReentrant act(SALE, 1) by(farmer) {
        _close(SALE);
        _take(usdc, msg.sender, premium);
        _setPurse(purse + premium);
        // Begin Season.
        _open(SEASON, _startOf(harvest));
        if (purse > MOST_MONEY) revert OutOfBounds("purse");
    }

    /// 3. Sale. "Otherwise"
    function _saleOtherwise() private {
        _close(SALE);
        // End.
        _end();
    }

    // ---- 4. Season ------------------------------------------------------------------------------------------------

    /// 4. Season. "On harvest"
    function _seasonDue() private {
        _close(SEASON);
        // Begin Report.
        _open(REPORT, _endOf(_today() + 10));
    }

    // ---- 5. Report ------------------------------------------------------------------------------------------------

    /// @notice 5. Report. "Oracle may report, giving rainfall"
    function reportReport(uint128 rainfall_) external nonReentrant act(REPORT, 1) by(oracle) {
        if (rainfall_ > 5000) revert OutOfBounds("rainfall");
        _close(REPORT);
        rainfall = rainfall_;
        emit Stated("rainfall", abi.encode(rainfall));
        // Begin Settlement.
        _beginSettlement();
    }

    /// 5. Report. "Otherwise"
    function _reportOtherwise() private {
        _close(REPORT);
        // Begin Silence.
        _open(SILENCE, _endOf(_today() + 20));
    }

    // ---- 6. Settlement --------------------------------------------------------------------------------------------

    /// 6. Settlement
    function _beginSettlement() private {
        emit Opened(SETTLEMENT, _now, 0);
        // Release all of purse to Insurer.
        _releasePurseToInsurer(purse);
        // If rainfall is less than trigger:
        if (rainfall < trigger) {
            // Release cover * (trigger - greater of rainfall and exit) / (trigger - exit) from pool to Farmer.
            _releasePoolToFarmer(cover * (trigger - Math.max(rainfall, exit)) / (trigger - exit));
        }
        // End.
        _end();
    }

    // ---- 7. Silence -----------------------------------------------------------------------------------------------

    /// @notice 7. Silence. "Insurer and Farmer may together agree, giving rainfall"
    function silenceAgree(uint128 rainfall_) external nonReentrant arrive(SILENCE) {
        _checkOneOf(parties());
        if (rainfall_ > 5000) revert OutOfBounds("rainfall");
        if (!_consent(SILENCE, 1, keccak256(abi.encode(rainfall_)), parties())) return;
        _close(SILENCE);
        rainfall = rainfall_;
        emit Stated("rainfall", abi.encode(rainfall));
        // Begin Settlement.
        _beginSettlement();
    }

    /// 7. Silence. "Otherwise"
    function _silenceOtherwise() private {
        _close(SILENCE);
        // End.
        _end();
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == BACKING) _backingOtherwise();
        else if (clause == SALE) _saleOtherwise();
        else if (clause == SEASON) _seasonDue();
        else if (clause == REPORT) _reportOtherwise();
        else if (clause == SILENCE) _silenceOtherwise();
    }

    function _routes(uint8 clause, uint40) internal pure override returns (uint256 acts, bool must) {
        if (clause == BACKING) return (1 << 1, true);
        if (clause == SALE) return (1 << 1, false);
        if (clause == REPORT) return (1 << 1, false);
        if (clause == SILENCE) return (1 << 1, false);
    }

    function _remainders() internal override {
        _releasePoolToInsurer(pool);
        _releasePurseToFarmer(purse);
    }

    // ---- Holdings, debts and values -------------------------------------------------------------------------------

    function _setPool(uint128 amount) private {
        pool = amount;
        emit Stated("pool", abi.encode(amount));
    }

    function _setPurse(uint128 amount) private {
        purse = amount;
        emit Stated("purse", abi.encode(amount));
    }

    /// @dev "Release … from purse to Insurer."
    function _releasePurseToInsurer(uint256 amount) private {
        if (amount > purse) revert NotCovered("purse");
        if (amount == 0) return;
        _setPurse(purse - uint128(amount));
        _credit(insurer, usdc, amount);
    }

    /// @dev "Release … from pool to Farmer."
    function _releasePoolToFarmer(uint256 amount) private {
        if (amount > pool) revert NotCovered("pool");
        if (amount == 0) return;
        _setPool(pool - uint128(amount));
        _credit(farmer, usdc, amount);
    }

    /// @dev "Release … from pool to Insurer."
    function _releasePoolToInsurer(uint256 amount) private {
        if (amount > pool) revert NotCovered("pool");
        if (amount == 0) return;
        _setPool(pool - uint128(amount));
        _credit(insurer, usdc, amount);
    }

    /// @dev "Release … from purse to Farmer."
    function _releasePurseToFarmer(uint256 amount) private {
        if (amount > purse) revert NotCovered("purse");
        if (amount == 0) return;
        _setPurse(purse - uint128(amount));
        _credit(farmer, usdc, amount);
    }
}
