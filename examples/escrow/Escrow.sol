// SPDX-License-Identifier: Apache-2.0
// Made of escrow.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Deed} from "@deed/contracts/src/Deed.sol";
import {Joint} from "@deed/contracts/src/Joint.sol";
import {Orders} from "@deed/contracts/src/Orders.sol";
import {Titles} from "@deed/contracts/src/Titles.sol";

/// @title Real-estate escrow
/// @notice The contract of `escrow.deed`. Each function is one bullet of the text, whose words stand above it; where
/// the two differ, the bullets of the text say what was meant.
contract Escrow is Joint, Orders, Titles {
    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
    struct Terms {
        address buyer;
        address seller;
        address usdc;
        address title;
        uint256 titleId;
        uint128 price;
        uint32 closing;
    }

    string private constant TERMS_TYPE =
        "Terms(address buyer,address seller,address usdc,address title,uint256 titleId,uint128 price,uint32 closing)";

    uint8 private constant EARNEST_MONEY = 2;
    uint8 private constant INSPECTION = 3;
    uint8 private constant DELIVERY = 4;
    uint8 private constant FUNDING = 5;
    uint8 private constant SETTLEMENT = 6;
    uint8 private constant TERMINATION = 7;

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Buyer and Seller are parties."
    address public immutable buyer;
    address public immutable seller;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "Title is a unique token."
    address public immutable title;
    uint256 public immutable titleId;
    /// "price is an amount in USDC from 1,000 USDC to 100,000,000 USDC, agreed at signing."
    uint128 public immutable price;
    /// "closing is a date from 2027-01-01 to 2030-12-31, agreed at signing."
    uint32 public immutable closing;
    /// "earnest is 5% of price."
    uint128 public immutable earnest;
    /// "survey is a document, stated later."
    bytes32 public survey;
    /// "purse is USDC held for Buyer."
    uint128 public purse;
    /// "vault is Title held for Seller." One or none.
    uint128 public vault;

    /// @param text_ keccak256 of `escrow.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Real-estate escrow", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
    {
        _checkAddress("Buyer", t.buyer);
        _checkAddress("Seller", t.seller);
        _checkToken("USDC", t.usdc, 6);
        _checkTitle("Title", t.title);
        if (t.price < 1000e6 || t.price > 100_000_000e6) revert OutOfBounds("price");
        if (t.closing < 20_819 || t.closing > 22_279) revert OutOfBounds("closing");
        buyer = t.buyer;
        seller = t.seller;
        usdc = t.usdc;
        title = t.title;
        titleId = t.titleId;
        price = t.price;
        closing = t.closing;
        earnest = price / 20;
        _checkSigners();
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](2);
        list[0] = buyer;
        list[1] = seller;
    }

    function _lastClause() internal pure override returns (uint8) {
        return TERMINATION;
    }

    /// All have signed. Then clause 2 opens: "Within 3 days".
    function _begin() internal override {
        uint32 today = _today();
        // Signing requires closing is after today + 30 days.
        if (closing <= today + 30) revert ConditionNotMet(1, 0);
        _open(EARNEST_MONEY, _endOf(today + 3));
    }

    // ---- 2. Earnest-money -----------------------------------------------------------------------------------------

    /// @notice 2. Earnest-money. "Buyer must pay earnest into purse"
    function earnestMoneyPay() external nonReentrant duty(EARNEST_MONEY, 1, buyer) {
        _close(EARNEST_MONEY);
        _takeOrdered(usdc, earnest);
        _setPurse(purse + earnest);
        // Begin Inspection and Termination.
        _open(INSPECTION, _endOf(_today() + 10));
        _open(TERMINATION, _endOf(closing));
        if (purse > MOST_MONEY) revert OutOfBounds("purse");
    }

    /// 2. Earnest-money. "Otherwise"
    function _earnestMoneyOtherwise() private {
        _close(EARNEST_MONEY);
        emit Breached(EARNEST_MONEY, buyer);
        // End.
        _end();
    }

    // ---- 3. Inspection --------------------------------------------------------------------------------------------

    /// @notice 3. Inspection. "Buyer may withdraw, giving survey"
    function inspectionWithdraw(Document calldata survey_) external nonReentrant act(INSPECTION, 1) by(buyer) {
        _close(INSPECTION);
        survey = survey_.hash;
        emit Stated("survey", abi.encode(survey_.hash, survey_.uri));
        // End.
        _end();
    }

    /// @notice 3. Inspection. "Buyer may approve, giving survey"
    function inspectionApprove(Document calldata survey_) external nonReentrant act(INSPECTION, 2) by(buyer) {
        _close(INSPECTION);
        survey = survey_.hash;
        emit Stated("survey", abi.encode(survey_.hash, survey_.uri));
        // Begin Delivery and Funding.
        _beginDelivery();
        _beginFunding();
    }

    /// 3. Inspection. "Otherwise"
    function _inspectionOtherwise() private {
        _close(INSPECTION);
        // Begin Delivery and Funding.
        _beginDelivery();
        _beginFunding();
    }

    // ---- 4. Delivery ----------------------------------------------------------------------------------------------

    /// @notice 4. Delivery. "Seller must deliver Title into vault"
    function deliveryDeliver() external nonReentrant act(DELIVERY, 1) by(seller) {
        _close(DELIVERY);
        _takeTitle(title, titleId, msg.sender);
        _setVault(1);
        // If purse is at least price:
        if (purse >= price) {
            // Begin Settlement.
            _beginSettlement();
        }
    }

    /// 4. Delivery. "Otherwise"
    function _deliveryOtherwise() private {
        _close(DELIVERY);
        emit Breached(DELIVERY, seller);
        // End.
        _end();
    }

    /// 4. Delivery. "By closing"
    function _beginDelivery() private {
        _open(DELIVERY, _endOf(closing));
    }

    // ---- 5. Funding -----------------------------------------------------------------------------------------------

    /// @notice 5. Funding. "Buyer must pay price - earnest into purse"
    function fundingPay() external nonReentrant duty(FUNDING, 1, buyer) {
        _close(FUNDING);
        uint128 amount = price - earnest;
        _takeOrdered(usdc, amount);
        _setPurse(purse + amount);
        // If vault holds Title:
        if (vault != 0) {
            // Begin Settlement.
            _beginSettlement();
        }
        if (ended) return;
        if (purse > MOST_MONEY) revert OutOfBounds("purse");
    }

    /// @notice What "Buyer must pay price - earnest into purse" takes now.
    function fundingPayAmount() external view returns (uint128) {
        return price - earnest;
    }

    /// 5. Funding. "Otherwise"
    function _fundingOtherwise() private {
        _close(FUNDING);
        emit Breached(FUNDING, buyer);
        // Release all of purse to Seller.
        _releasePurseToSeller(purse);
        // End.
        _end();
    }

    /// 5. Funding. "By closing"
    function _beginFunding() private {
        _open(FUNDING, _endOf(closing));
    }

    // ---- 6. Settlement --------------------------------------------------------------------------------------------

    /// 6. Settlement
    function _beginSettlement() private {
        emit Opened(SETTLEMENT, _now, 0);
        // Release all of purse to Seller.
        _releasePurseToSeller(purse);
        // Release all of vault to Buyer.
        _releaseVaultToBuyer(vault);
        // End.
        _end();
    }

    // ---- 7. Termination -------------------------------------------------------------------------------------------

    /// @notice 7. Termination. "Buyer and Seller may together terminate"
    function terminationTerminate() external nonReentrant arrive(TERMINATION) {
        _checkOneOf(parties());
        if (!_consent(TERMINATION, 1, 0, parties())) return;
        _close(TERMINATION);
        // End.
        _end();
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == EARNEST_MONEY) _earnestMoneyOtherwise();
        else if (clause == INSPECTION) _inspectionOtherwise();
        else if (clause == DELIVERY) _deliveryOtherwise();
        else if (clause == FUNDING) _fundingOtherwise();
        else _close(clause); // Termination. "Otherwise: Do nothing."
    }

    function _routes(uint8 clause, uint40) internal pure override returns (uint256 acts, bool must) {
        if (clause == EARNEST_MONEY) return (1 << 1, true);
        if (clause == INSPECTION) return (1 << 1 | 1 << 2, false);
        if (clause == DELIVERY) return (1 << 1, true);
        if (clause == FUNDING) return (1 << 1, true);
        if (clause == TERMINATION) return (1 << 1, false);
    }

    function _remainders() internal override {
        _releasePurseToBuyer(purse);
        _releaseVaultToSeller(vault);
    }

    // ---- Holdings, debts and values -------------------------------------------------------------------------------

    function _setPurse(uint128 amount) private {
        purse = amount;
        emit Stated("purse", abi.encode(amount));
    }

    function _setVault(uint128 amount) private {
        vault = amount;
        emit Stated("vault", abi.encode(amount));
    }

    /// @dev "Release … from purse to Seller."
    function _releasePurseToSeller(uint256 amount) private {
        if (amount > purse) revert NotCovered("purse");
        if (amount == 0) return;
        _setPurse(purse - uint128(amount));
        _credit(seller, usdc, amount);
    }

    /// @dev "Release … from vault to Buyer."
    function _releaseVaultToBuyer(uint256 amount) private {
        if (amount > vault) revert NotCovered("vault");
        if (amount == 0) return;
        _setVault(vault - uint128(amount));
        _creditTitle(buyer, title, titleId);
    }

    /// @dev "Release … from purse to Buyer."
    function _releasePurseToBuyer(uint256 amount) private {
        if (amount > purse) revert NotCovered("purse");
        if (amount == 0) return;
        _setPurse(purse - uint128(amount));
        _credit(buyer, usdc, amount);
    }

    /// @dev "Release … from vault to Seller."
    function _releaseVaultToSeller(uint256 amount) private {
        if (amount > vault) revert NotCovered("vault");
        if (amount == 0) return;
        _setVault(vault - uint128(amount));
        _creditTitle(seller, title, titleId);
    }

    function _send(address party, address token, uint256 amount) internal override(Deed, Titles) {
        super._send(party, token, amount);
    }
}
