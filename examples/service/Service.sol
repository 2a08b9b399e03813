// SPDX-License-Identifier: Apache-2.0
// Made of service.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Deed} from "@deed/contracts/src/Deed.sol";
import {Joint} from "@deed/contracts/src/Joint.sol";
import {Orders} from "@deed/contracts/src/Orders.sol";

/// @title Software development agreement
/// @notice The contract of `service.deed`. Each function is one bullet of the text, whose words stand above it; where
/// the two differ, the bullets of the text say what was meant.
contract Service is Joint, Orders {
    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
    struct Terms {
        address client;
        address provider;
        address arbiter;
        address usdc;
        bytes32 brief;
    }

    string private constant TERMS_TYPE =
        "Terms(address client,address provider,address arbiter,address usdc,bytes32 brief)";

    uint8 private constant FUNDING = 2;
    uint8 private constant DELIVERY = 3;
    uint8 private constant LATE_DELIVERY = 4;
    uint8 private constant REVIEW = 5;
    uint8 private constant ANSWER = 6;
    uint8 private constant RULING = 7;
    uint8 private constant MILESTONE_PAYMENT = 8;
    uint8 private constant NEXT_MILESTONE = 9;
    uint8 private constant CANCELLATION = 10;

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Client and Provider are parties."
    address public immutable client;
    address public immutable provider;
    /// "Arbiter is a third party."
    address public immutable arbiter;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "brief is a document, agreed at signing."
    bytes32 public immutable brief;
    /// "work and reasons are documents, stated later."
    bytes32 public work;
    bytes32 public reasons;
    /// "award is a share from 0% to 100%, stated later." In parts of 10^9.
    uint64 public award;
    /// "payable is a share from 90% to 100%, at first 100%." In parts of 10^9.
    uint64 public payableValue;
    /// "budget is USDC held for Client."
    uint128 public budget;
    /// "milestone is a row of this table." Rows that have been taken.
    uint8 public milestone;

    /// @param text_ keccak256 of `service.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Software development agreement", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)),
            t)))
    {
        _checkAddress("Client", t.client);
        _checkAddress("Provider", t.provider);
        _checkAddress("Arbiter", t.arbiter);
        _checkToken("USDC", t.usdc, 6);
        client = t.client;
        provider = t.provider;
        arbiter = t.arbiter;
        usdc = t.usdc;
        brief = t.brief;
        payableValue = 1000e6;
        _checkSigners();
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = client;
        list[1] = provider;
    }

    function _lastClause() internal pure override returns (uint8) {
        return CANCELLATION;
    }

    /// All have signed. Then clause 2 opens: "Within 7 days".
    function _begin() internal override {
        _open(FUNDING, _endOf(_today() + 7));
    }

    // ---- 2. Funding -----------------------------------------------------------------------------------------------

    /// @notice 2. Funding. "Client must pay 20,000 USDC into budget"
    function fundingPay() external nonReentrant duty(FUNDING, 1, client) {
        _close(FUNDING);
        _takeOrdered(usdc, 20_000e6);
        _setBudget(budget + 20_000e6);
        // Take the next milestone.
        _takeNextMilestone();
        // Begin Delivery and Cancellation.
        _beginDelivery();
        _open(CANCELLATION, _endOf(_today() + 400));
    }

    /// @notice What "Client must pay 20,000 USDC into budget" takes now.
    function fundingPayAmount() external pure returns (uint128) {
        return 20_000e6;
    }

    /// 2. Funding. "Otherwise"
    function _fundingOtherwise() private {
        _close(FUNDING);
        emit Breached(FUNDING, client);
        // End.
        _end();
    }

    // ---- 3. Delivery ----------------------------------------------------------------------------------------------

    /// @notice 3. Delivery. "Provider must submit, giving work"
    function deliverySubmit(Document calldata work_) external nonReentrant act(DELIVERY, 1) by(provider) {
        _close(DELIVERY);
        work = work_.hash;
        emit Stated("work", abi.encode(work_.hash, work_.uri));
        // Begin Review.
        _beginReview();
    }

    /// 3. Delivery. "Otherwise"
    function _deliveryOtherwise() private {
        _close(DELIVERY);
        emit Breached(DELIVERY, provider);
        // Begin Late-delivery.
        _open(LATE_DELIVERY, _endOf(_today() + 10));
    }

    /// 3. Delivery. "Within milestone's time-limit"
    function _beginDelivery() private {
        _open(DELIVERY, _endOf(_today() + _milestoneTimeLimit()));
    }

    // ---- 4. Late-delivery -----------------------------------------------------------------------------------------

    /// @notice 4. Late-delivery. "Provider may submit-late, giving work"
    function lateDeliverySubmitLate(Document calldata work_) external nonReentrant act(LATE_DELIVERY, 1) by(provider) {
        _close(LATE_DELIVERY);
        work = work_.hash;
        emit Stated("work", abi.encode(work_.hash, work_.uri));
        // Set payable to 90%.
        payableValue = 900e6;
        emit Stated("payable", abi.encode(payableValue));
        // Begin Review.
        _beginReview();
    }

    /// 4. Late-delivery. "Otherwise"
    function _lateDeliveryOtherwise() private {
        _close(LATE_DELIVERY);
        // End.
        _end();
    }

    // ---- 5. Review ------------------------------------------------------------------------------------------------

    /// @notice 5. Review. "Client may accept"
    function reviewAccept() external nonReentrant act(REVIEW, 1) by(client) {
        _reviewOtherwise();
    }

    /// @notice 5. Review. "Client may reject, giving reasons"
    function reviewReject(Document calldata reasons_) external nonReentrant act(REVIEW, 2) by(client) {
        _close(REVIEW);
        reasons = reasons_.hash;
        emit Stated("reasons", abi.encode(reasons_.hash, reasons_.uri));
        // Begin Answer.
        _open(ANSWER, _endOf(_today() + 5));
    }

    /// 5. Review. "Otherwise"
    function _reviewOtherwise() private {
        _close(REVIEW);
        // Begin Milestone-payment.
        _beginMilestonePayment();
    }

    /// 5. Review. "Within 7 days"
    function _beginReview() private {
        _open(REVIEW, _endOf(_today() + 7));
    }

    // ---- 6. Answer ------------------------------------------------------------------------------------------------

    /// @notice 6. Answer. "Provider may contest, giving reasons"
    function answerContest(Document calldata reasons_) external nonReentrant act(ANSWER, 1) by(provider) {
        _close(ANSWER);
        reasons = reasons_.hash;
        emit Stated("reasons", abi.encode(reasons_.hash, reasons_.uri));
        // Begin Ruling.
        _open(RULING, _endOf(_today() + 21));
    }

    /// 6. Answer. "Otherwise"
    function _answerOtherwise() private {
        _close(ANSWER);
        // End.
        _end();
    }

    // ---- 7. Ruling ------------------------------------------------------------------------------------------------

    /// @notice 7. Ruling. "Arbiter may rule, giving award"
    function rulingRule(uint64 award_) external nonReentrant act(RULING, 1) by(arbiter) {
        if (award_ > 1000e6) revert OutOfBounds("award");
        _close(RULING);
        award = award_;
        emit Stated("award", abi.encode(award));
        // Release award of milestone's fee from budget to Provider.
        _releaseBudgetToProvider(award * _milestoneFee() / 1000e6);
        // Begin Next-milestone.
        _beginNextMilestone();
    }

    /// @notice 7. Ruling. "Arbiter may decline"
    function rulingDecline() external nonReentrant act(RULING, 2) by(arbiter) {
        _rulingOtherwise();
    }

    /// 7. Ruling. "Otherwise"
    function _rulingOtherwise() private {
        _close(RULING);
        // Release 50% of milestone's fee from budget to Provider.
        _releaseBudgetToProvider(_milestoneFee() / 2);
        // Begin Next-milestone.
        _beginNextMilestone();
    }

    // ---- 8. Milestone-payment -------------------------------------------------------------------------------------

    /// 8. Milestone-payment
    function _beginMilestonePayment() private {
        emit Opened(MILESTONE_PAYMENT, _now, 0);
        // Release payable of milestone's fee from budget to Provider.
        _releaseBudgetToProvider(payableValue * _milestoneFee() / 1000e6);
        // Begin Next-milestone.
        _beginNextMilestone();
    }

    // ---- 9. Next-milestone ----------------------------------------------------------------------------------------

    /// 9. Next-milestone
    function _beginNextMilestone() private {
        emit Opened(NEXT_MILESTONE, _now, 0);
        // If another milestone remains:
        if (milestone < 3) {
            // Take the next milestone.
            _takeNextMilestone();
            // Set payable to 100%.
            payableValue = 1000e6;
            emit Stated("payable", abi.encode(payableValue));
            // Begin Delivery.
            _beginDelivery();
        } else {
            // End.
            _end();
        }
    }

    // ---- 10. Cancellation -----------------------------------------------------------------------------------------

    /// @notice 10. Cancellation. "Client and Provider may together cancel"
    function cancellationCancel() external nonReentrant arrive(CANCELLATION) {
        _checkOneOf(parties());
        if (!_consent(CANCELLATION, 1, 0, parties())) return;
        _close(CANCELLATION);
        // End.
        _end();
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == FUNDING) _fundingOtherwise();
        else if (clause == DELIVERY) _deliveryOtherwise();
        else if (clause == LATE_DELIVERY) _lateDeliveryOtherwise();
        else if (clause == REVIEW) _reviewOtherwise();
        else if (clause == ANSWER) _answerOtherwise();
        else if (clause == RULING) _rulingOtherwise();
        else _close(clause); // Cancellation. "Otherwise: Do nothing."
    }

    function _routes(uint8 clause, uint40) internal pure override returns (uint256 acts, bool must) {
        if (clause == FUNDING) return (1 << 1, true);
        if (clause == DELIVERY) return (1 << 1, true);
        if (clause == LATE_DELIVERY) return (1 << 1, false);
        if (clause == REVIEW) return (1 << 1 | 1 << 2, false);
        if (clause == ANSWER) return (1 << 1, false);
        if (clause == RULING) return (1 << 1 | 1 << 2, false);
        if (clause == CANCELLATION) return (1 << 1, false);
    }

    function _remainders() internal override {
        _releaseBudgetToClient(budget);
    }

    // ---- Holdings, debts and values -------------------------------------------------------------------------------

    function _setBudget(uint128 amount) private {
        budget = amount;
        emit Stated("budget", abi.encode(amount));
    }

    /// @dev "Release … from budget to Provider."
    function _releaseBudgetToProvider(uint256 amount) private {
        if (amount > budget) revert NotCovered("budget");
        if (amount == 0) return;
        _setBudget(budget - uint128(amount));
        _credit(provider, usdc, amount);
    }

    /// @dev "Release … from budget to Client."
    function _releaseBudgetToClient(uint256 amount) private {
        if (amount > budget) revert NotCovered("budget");
        if (amount == 0) return;
        _setBudget(budget - uint128(amount));
        _credit(client, usdc, amount);
    }

    /// @dev "Take the next milestone."
    function _takeNextMilestone() private {
        milestone++;
        emit Stated("milestone", abi.encode(milestone));
    }

    /// "milestone's time-limit": the column time-limit of the current row.
    function _milestoneTimeLimit() private view returns (uint32) {
        if (milestone == 1) return 30;
        if (milestone == 2) return 60;
        return 45;
    }

    /// "milestone's fee": the column fee of the current row.
    function _milestoneFee() private view returns (uint128) {
        if (milestone == 1) return 4000e6;
        if (milestone == 2) return 6000e6;
        return 10_000e6;
    }
}
