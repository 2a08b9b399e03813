// SPDX-License-Identifier: Apache-2.0
// Made of loan.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Calendar} from "@deed/contracts/src/Calendar.sol";
import {Deed} from "@deed/contracts/src/Deed.sol";
import {Feeds} from "@deed/contracts/src/Feeds.sol";
import {Orders} from "@deed/contracts/src/Orders.sol";
import {Roles} from "@deed/contracts/src/Roles.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Secured loan
/// @notice The contract of `loan.deed`. Each function is one bullet of the text, whose words stand above it; where the
/// two differ, the bullets of the text say what was meant.
contract Loan is Orders, Roles {
    using Calendar for uint32;

    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
    struct Terms {
        address lender;
        address borrower;
        address usdc;
        address weth;
        address wethPrice;
        uint128 principal;
        uint128 collateral;
        uint32 firstDue;
    }

    string private constant TERMS_TYPE =
        "Terms(address lender,address borrower,address usdc,address weth,address wethPrice,uint128 principal,uint128 collateral,uint32 firstDue)";

    uint8 private constant PLEDGE = 2;
    uint8 private constant DRAWDOWN = 3;
    uint8 private constant INSTALMENTS = 4;
    uint8 private constant REPAYMENT = 5;
    uint8 private constant CURE = 6;
    uint8 private constant MARGIN = 7;
    uint8 private constant SEIZURE = 8;

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Lender is a transferable party."
    address private immutable _lender;
    /// "Borrower is a party."
    address public immutable borrower;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "WETH is money with 18 decimals."
    address public immutable weth;
    /// "WETH-price is USDC per WETH, read from a feed no older than 1 hour."
    address public immutable wethPrice;
    /// @dev What one is in the feed's decimals.
    uint256 private immutable _wethPriceUnit;
    /// @dev What the feed answered when the present act began.
    uint256 private transient _wethPriceAnswer;
    /// "principal is an amount in USDC from 1,000 USDC to 10,000,000 USDC, agreed at signing."
    uint128 public immutable principal;
    /// "collateral is an amount in WETH from 0.1 WETH to 100,000 WETH, agreed at signing."
    uint128 public immutable collateral;
    /// "first-due is a date from 2027-01-01 to 2030-12-31, agreed at signing."
    uint32 public immutable firstDue;
    /// "maturity is first-due + 12 months."
    uint32 public immutable maturity;
    /// "opening-level is 150%." In parts of 10^9.
    uint64 public constant openingLevel = 1_500_000_000;
    /// "call-level is 120%." In parts of 10^9.
    uint64 public constant callLevel = 1_200_000_000;
    /// "seizure-level is 105%." In parts of 10^9.
    uint64 public constant seizureLevel = 1_050_000_000;
    /// "instalment is principal / 12 rounded up."
    uint128 public immutable instalment;
    /// "allowed is an amount in USDC from 0 USDC to principal, at first principal."
    uint128 public allowed;
    /// "loan is owed by Borrower to Lender in USDC."
    uint128 public loan;
    /// "pledge is WETH held for Borrower."
    uint128 public pledge;

    /// @dev Rounds that have run.
    uint16 private _instalmentsRound;

    /// @param text_ keccak256 of `loan.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Secured loan", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
        ERC721("Secured loan", "DEED")
    {
        _checkAddress("Lender", t.lender);
        _checkAddress("Borrower", t.borrower);
        _checkToken("USDC", t.usdc, 6);
        _checkToken("WETH", t.weth, 18);
        if (Feeds.unitOf(t.wethPrice) == 0) revert OutOfBounds("WETH-price");
        if (t.principal < 1000e6 || t.principal > 10_000_000e6) revert OutOfBounds("principal");
        if (t.collateral < 0.1e18 || t.collateral > 100_000e18) revert OutOfBounds("collateral");
        if (t.firstDue < 20_819 || t.firstDue > 22_279) revert OutOfBounds("first-due");
        _lender = t.lender;
        borrower = t.borrower;
        usdc = t.usdc;
        weth = t.weth;
        wethPrice = t.wethPrice;
        principal = t.principal;
        collateral = t.collateral;
        firstDue = t.firstDue;
        _wethPriceUnit = Feeds.unitOf(t.wethPrice);
        maturity = firstDue.addMonths(12);
        instalment = uint128(Math.ceilDiv(principal, 12));
        allowed = principal;
        _checkSigners();
    }

    /// @notice Who plays Lender: the signer, until the role is passed on.
    function lender() public view returns (address) {
        return _holder(1, _lender);
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = _lender;
        list[1] = borrower;
    }

    function _lastClause() internal pure override returns (uint8) {
        return SEIZURE;
    }

    /// All have signed. Then clause 2 opens: "Within 5 days".
    function _begin() internal override {
        uint32 today = _today();
        // Signing requires first-due is after today + 20 days.
        if (firstDue <= today + 20) revert ConditionNotMet(1, 0);
        _mint(_lender, 1);
        _open(PLEDGE, _endOf(today + 5));
    }

    // ---- 2. Pledge ------------------------------------------------------------------------------------------------

    /// @notice 2. Pledge. "Borrower must pay collateral into pledge"
    function pledgePay() external nonReentrant duty(PLEDGE, 1, borrower) {
        _close(PLEDGE);
        _takeOrdered(weth, collateral);
        _setPledge(pledge + collateral);
        // Begin Drawdown.
        _open(DRAWDOWN, _endOf(_today() + 5));
        if (pledge > MOST_MONEY) revert OutOfBounds("pledge");
    }

    /// 2. Pledge. "Otherwise"
    function _pledgeOtherwise() private {
        _close(PLEDGE);
        emit Breached(PLEDGE, borrower);
        // End.
        _end();
    }

    // ---- 3. Drawdown ----------------------------------------------------------------------------------------------

    /// @notice 3. Drawdown. "Lender must pay principal to Borrower if pledge * WETH-price is at least opening-level of
    /// principal"
    function drawdownPay() external nonReentrant duty(DRAWDOWN, 1, lender()) {
        _loadWethPrice();
        if (!_mayDrawdownPay(_wethPriceAnswer)) revert ConditionNotMet(DRAWDOWN, 1);
        _close(DRAWDOWN);
        _takeOrdered(usdc, principal);
        _credit(borrower, usdc, principal);
        // Charge principal to loan.
        _chargeLoan(principal);
        // Begin Instalments, Repayment and Margin.
        _open(INSTALMENTS, _startOf(firstDue));
        _open(REPAYMENT, _endOf(maturity + 60));
        _open(MARGIN, _endOf(maturity));
        if (loan > MOST_MONEY) revert OutOfBounds("loan");
    }

    /// 3. Drawdown. "Otherwise"
    function _drawdownOtherwise() private {
        _close(DRAWDOWN);
        emit Breached(DRAWDOWN, lender());
        // End.
        _end();
    }

    /// "if pledge * WETH-price is at least opening-level of principal"
    function _mayDrawdownPay(uint256 wethPriceAnswer) private view returns (bool) {
        return pledge * wethPriceAnswer >= 1000 * (openingLevel * principal) * _wethPriceUnit;
    }

    // ---- 4. Instalments -------------------------------------------------------------------------------------------

    /// 4. Instalments. "Every month from first-due, 12 times" and "Afterwards"
    function _instalmentsDue() private {
        if (_instalmentsRound == 12) {
            _close(INSTALMENTS);
            // If loan is more than 0 USDC:
            if (loan > 0) {
                // Close Cure and Margin.
                _close(CURE);
                _close(MARGIN);
                // Begin Seizure.
                _beginSeizure();
            } else {
                // End.
                _end();
            }
            return;
        }
        _instalmentsRound++;
        _open(INSTALMENTS, _startOf(_nextInstalments()));
        // Charge 1% of loan to loan.
        _chargeLoan(loan / 100);
        // Set allowed to allowed - lesser of instalment and allowed.
        allowed = uint128(allowed - Math.min(instalment, allowed));
        emit Stated("allowed", abi.encode(allowed));
        // If loan is more than allowed and Cure is not open:
        if (loan > allowed && !_isOpen(CURE)) {
            // Begin Cure.
            _open(CURE, _startOf(_today() + 10));
        }
    }

    /// "next Instalments": the day on which clause 4 runs again.
    function _nextInstalments() private view returns (uint32) {
        return firstDue.addMonths(_instalmentsRound);
    }

    // ---- 5. Repayment ---------------------------------------------------------------------------------------------

    /// @notice 5. Repayment. "Anyone may at any time pay any amount up to loan towards loan"
    /// @param amount More than zero.
    function repaymentPay(uint128 amount) external nonReentrant settlement(REPAYMENT, 1, borrower) {
        if (amount == 0 || amount > loan) revert OutOfBounds("amount");
        _takeOrdered(usdc, amount);
        _setLoan(loan - amount);
        _credit(lender(), usdc, amount);
        // If loan is 0 USDC:
        if (loan == 0) {
            // End.
            _end();
        }
    }

    // ---- 6. Cure --------------------------------------------------------------------------------------------------

    /// 6. Cure. "On today + 10 days"
    function _cureDue() private {
        _close(CURE);
        // If loan is more than allowed:
        if (loan > allowed) {
            // Close Instalments and Margin.
            _close(INSTALMENTS);
            _close(MARGIN);
            // Begin Seizure.
            _beginSeizure();
        }
    }

    // ---- 7. Margin ------------------------------------------------------------------------------------------------

    /// @notice 7. Margin. "Lender may liquidate if pledge * WETH-price is less than call-level of loan"
    function marginLiquidate() external nonReentrant act(MARGIN, 1) by(lender()) {
        _loadWethPrice();
        if (!_mayMarginLiquidate(_wethPriceAnswer)) revert ConditionNotMet(MARGIN, 1);
        _close(MARGIN);
        // Release up to seizure-level of loan / WETH-price from pledge to Lender.
        _releasePledgeToLender(Math.min(1000 * (uint256(seizureLevel) * loan * _wethPriceUnit) / _wethPriceAnswer,
            pledge));
        // Forgive all of loan.
        _forgiveLoan(loan);
        // End.
        _end();
    }

    /// "if pledge * WETH-price is less than call-level of loan"
    function _mayMarginLiquidate(uint256 wethPriceAnswer) private view returns (bool) {
        return pledge * wethPriceAnswer < 1000 * (uint256(callLevel) * loan) * _wethPriceUnit;
    }

    // ---- 8. Seizure -----------------------------------------------------------------------------------------------

    /// @notice 8. Seizure. "Lender may seize"
    function seizureSeize() external nonReentrant act(SEIZURE, 1) by(lender()) {
        _loadWethPrice();
        _close(SEIZURE);
        // Release up to seizure-level of loan / WETH-price from pledge to Lender.
        _releasePledgeToLender(Math.min(1000 * (uint256(seizureLevel) * loan * _wethPriceUnit) / _wethPriceAnswer,
            pledge));
        // Forgive all of loan.
        _forgiveLoan(loan);
        // End.
        _end();
    }

    /// 8. Seizure. "Otherwise"
    function _seizureOtherwise() private {
        _close(SEIZURE);
        // Release all of pledge to Lender.
        _releasePledgeToLender(pledge);
        // Forgive all of loan.
        _forgiveLoan(loan);
        // End.
        _end();
    }

    /// 8. Seizure. "Within 30 days"
    function _beginSeizure() private {
        _open(SEIZURE, _endOf(_today() + 30));
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == PLEDGE) _pledgeOtherwise();
        else if (clause == DRAWDOWN) _drawdownOtherwise();
        else if (clause == INSTALMENTS) _instalmentsDue();
        else if (clause == CURE) _cureDue();
        else if (clause == SEIZURE) _seizureOtherwise();
        else _close(clause); // Repayment and Margin. "Otherwise: Do nothing."
    }

    function _routes(uint8 clause, uint40) internal view override returns (uint256 acts, bool must) {
        uint256 wethPriceAnswer_ = _readWethPrice();
        if (clause == PLEDGE) return (1 << 1, true);
        if (clause == DRAWDOWN) return (wethPriceAnswer_ != 0 && _mayDrawdownPay(wethPriceAnswer_) ? 1 << 1 : 0, true);
        if (clause == REPAYMENT) return (loan > 0 ? 1 << 1 : 0, false);
        if (clause == MARGIN) return (wethPriceAnswer_ != 0 && _mayMarginLiquidate(wethPriceAnswer_) ? 1 << 1 : 0,
            false);
        if (clause == SEIZURE) return (wethPriceAnswer_ != 0 ? 1 << 1 : 0, false);
    }

    function _remainders() internal override {
        _releasePledgeToBorrower(pledge);
    }

    // ---- Holdings, debts and values -------------------------------------------------------------------------------

    function _setPledge(uint128 amount) private {
        pledge = amount;
        emit Stated("pledge", abi.encode(amount));
    }

    function _setLoan(uint128 amount) private {
        loan = amount;
        emit Stated("loan", abi.encode(amount));
    }

    /// @dev "Charge … to loan."
    function _chargeLoan(uint256 amount) private {
        if (amount != 0) _setLoan(loan + uint128(amount));
    }

    /// @dev "Forgive … from loan."
    function _forgiveLoan(uint256 amount) private {
        if (amount > loan) revert NotCovered("loan");
        if (amount != 0) _setLoan(loan - uint128(amount));
    }

    /// @dev "Release … from pledge to Lender."
    function _releasePledgeToLender(uint256 amount) private {
        if (amount > pledge) revert NotCovered("pledge");
        if (amount == 0) return;
        _setPledge(pledge - uint128(amount));
        _credit(lender(), weth, amount);
    }

    /// @dev "Release … from pledge to Borrower."
    function _releasePledgeToBorrower(uint256 amount) private {
        if (amount > pledge) revert NotCovered("pledge");
        if (amount == 0) return;
        _setPledge(pledge - uint128(amount));
        _credit(borrower, weth, amount);
    }

    function _loadWethPrice() private {
        _wethPriceAnswer = _readWethPrice();
        if (_wethPriceAnswer == 0) revert StalePrice(wethPrice);
    }

    /// "WETH-price is USDC per WETH, read from a feed no older than 1 hour."
    function _readWethPrice() private view returns (uint256) {
        return Feeds.read(wethPrice, block.timestamp, 3600);
    }
}
