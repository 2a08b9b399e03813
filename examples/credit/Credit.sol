// SPDX-License-Identifier: Apache-2.0
// Made of credit.deed by `deed agreement emit`: a change belongs there.
pragma solidity ^0.8.28;

import {Deed} from "@deed/contracts/src/Deed.sol";
import {Joint} from "@deed/contracts/src/Joint.sol";
import {Orders} from "@deed/contracts/src/Orders.sol";

/// @title Documentary letter of credit
/// @notice The contract of `credit.deed`. Each function is one bullet of the text, whose words stand above it; where
/// the two differ, the bullets of the text say what was meant.
contract Credit is Joint, Orders {
    /// @dev The values agreed at signing, in the order of the text: money in smallest units, dates as days since 1970,
    /// shares in parts of 10^9, documents by the keccak256 of their content.
    struct Terms {
        address applicant;
        address issuer;
        address beneficiary;
        address usdc;
        uint128 credit;
        uint32 firstExpiry;
        uint32 lastExpiry;
    }

    string private constant TERMS_TYPE =
        "Terms(address applicant,address issuer,address beneficiary,address usdc,uint128 credit,uint32 firstExpiry,uint32 lastExpiry)";

    uint8 private constant OPENING = 2;
    uint8 private constant PRESENTATION = 3;
    uint8 private constant EXAMINATION = 4;
    uint8 private constant WAIVER = 5;
    uint8 private constant SETTLEMENT = 6;
    uint8 private constant AMENDMENT = 7;

    // ---- What was agreed, and what changes ------------------------------------------------------------------------

    /// "Applicant, Issuer and Beneficiary are parties."
    address public immutable applicant;
    address public immutable issuer;
    address public immutable beneficiary;
    /// "USDC is money with 6 decimals."
    address public immutable usdc;
    /// "credit is an amount in USDC from 1,000 USDC to 100,000,000 USDC, agreed at signing."
    uint128 public immutable credit;
    /// "first-expiry and last-expiry are dates from 2027-01-01 to 2031-12-31, agreed at signing."
    uint32 public immutable firstExpiry;
    uint32 public immutable lastExpiry;
    /// "expiry is a date from first-expiry to last-expiry, at first first-expiry."
    uint32 public expiry;
    /// "new-expiry is a date from first-expiry to last-expiry, stated later."
    uint32 public newExpiry;
    /// "presentation-period is 21 days."
    uint32 public constant presentationPeriod = 21;
    /// "cover is USDC held for Issuer."
    uint128 public cover;
    /// "drawing is an amount in USDC, stated later."
    uint128 public drawing;
    /// "shipped is a date from 2027-01-01 to 2031-12-31, stated later."
    uint32 public shipped;
    /// "invoice, bill-of-lading and insurance are documents, stated later."
    bytes32 public invoice;
    bytes32 public billOfLading;
    bytes32 public insurance;
    /// "discrepancies is a document, stated later."
    bytes32 public discrepancies;

    /// @param text_ keccak256 of `credit.deed`.
    constructor(bytes32 text_, Terms memory t)
        Deed("Documentary letter of credit", text_, TERMS_TYPE, keccak256(abi.encode(keccak256(bytes(TERMS_TYPE)), t)))
    {
        _checkAddress("Applicant", t.applicant);
        _checkAddress("Issuer", t.issuer);
        _checkAddress("Beneficiary", t.beneficiary);
        _checkToken("USDC", t.usdc, 6);
        if (t.credit < 1000e6 || t.credit > 100_000_000e6) revert OutOfBounds("credit");
        if (t.firstExpiry < 20_819 || t.firstExpiry > 22_644) revert OutOfBounds("first-expiry");
        if (t.lastExpiry < 20_819 || t.lastExpiry > 22_644) revert OutOfBounds("last-expiry");
        applicant = t.applicant;
        issuer = t.issuer;
        beneficiary = t.beneficiary;
        usdc = t.usdc;
        credit = t.credit;
        firstExpiry = t.firstExpiry;
        lastExpiry = t.lastExpiry;
        expiry = firstExpiry;
        _checkSigners();
    }

    function parties() public view override returns (address[] memory list) {
        list = new address[](3);
        list[0] = applicant;
        list[1] = issuer;
        list[2] = beneficiary;
    }

    function _lastClause() internal pure override returns (uint8) {
        return AMENDMENT;
    }

    /// All have signed. Then clause 2 opens: "Within 5 days".
    function _begin() internal override {
        uint32 today = _today();
        // Signing requires first-expiry is after today + presentation-period and last-expiry is not before
        // first-expiry.
        if (!(firstExpiry > today + presentationPeriod && lastExpiry >= firstExpiry)) revert ConditionNotMet(1, 0);
        _open(OPENING, _endOf(today + 5));
    }

    // ---- 2. Opening -----------------------------------------------------------------------------------------------

    /// @notice 2. Opening. "Issuer must pay credit into cover"
    function openingPay() external nonReentrant duty(OPENING, 1, issuer) {
        _close(OPENING);
        _takeOrdered(usdc, credit);
        _setCover(cover + credit);
        // Begin Presentation and Amendment.
        _beginPresentation();
        _beginAmendment();
    }

    /// 2. Opening. "Otherwise"
    function _openingOtherwise() private {
        _close(OPENING);
        emit Breached(OPENING, issuer);
        // End.
        _end();
    }

    // ---- 3. Presentation ------------------------------------------------------------------------------------------

    /// @notice 3. Presentation. "Beneficiary may present, giving drawing of at most cover, shipped, invoice,
    /// bill-of-lading and insurance if shipped is not after today and today is not after shipped + presentation-period"
    function presentationPresent(uint128 drawing_, uint32 shipped_, Document calldata invoice_,
        Document calldata billOfLading_, Document calldata insurance_)
        external
        nonReentrant
        act(PRESENTATION, 1)
        by(beneficiary)
    {
        uint32 today = _today();
        if (drawing_ > cover) revert OutOfBounds("drawing");
        if (shipped_ < 20_819 || shipped_ > 22_644) revert OutOfBounds("shipped");
        if (!(shipped_ <= today && today <= shipped_ + presentationPeriod)) revert ConditionNotMet(PRESENTATION, 1);
        _close(PRESENTATION);
        drawing = drawing_;
        emit Stated("drawing", abi.encode(drawing));
        shipped = shipped_;
        emit Stated("shipped", abi.encode(shipped));
        invoice = invoice_.hash;
        emit Stated("invoice", abi.encode(invoice_.hash, invoice_.uri));
        billOfLading = billOfLading_.hash;
        emit Stated("bill-of-lading", abi.encode(billOfLading_.hash, billOfLading_.uri));
        insurance = insurance_.hash;
        emit Stated("insurance", abi.encode(insurance_.hash, insurance_.uri));
        // Begin Examination.
        _open(EXAMINATION, _endOf(today + 5));
    }

    /// 3. Presentation. "Otherwise"
    function _presentationOtherwise() private {
        _close(PRESENTATION);
        // End.
        _end();
    }

    /// 3. Presentation. "By expiry"
    function _beginPresentation() private {
        _open(PRESENTATION, _endOf(expiry));
    }

    // ---- 4. Examination -------------------------------------------------------------------------------------------

    /// @notice 4. Examination. "Issuer may honour"
    function examinationHonour() external nonReentrant act(EXAMINATION, 1) by(issuer) {
        _examinationOtherwise();
    }

    /// @notice 4. Examination. "Issuer may refuse, giving discrepancies"
    function examinationRefuse(Document calldata discrepancies_) external nonReentrant act(EXAMINATION, 2) by(issuer) {
        _close(EXAMINATION);
        discrepancies = discrepancies_.hash;
        emit Stated("discrepancies", abi.encode(discrepancies_.hash, discrepancies_.uri));
        // Begin Waiver.
        _open(WAIVER, _endOf(_today() + 5));
    }

    /// 4. Examination. "Otherwise"
    function _examinationOtherwise() private {
        _close(EXAMINATION);
        // Begin Settlement.
        _beginSettlement();
    }

    // ---- 5. Waiver ------------------------------------------------------------------------------------------------

    /// @notice 5. Waiver. "Applicant may waive"
    function waiverWaive() external nonReentrant act(WAIVER, 1) by(applicant) {
        _close(WAIVER);
        // Begin Settlement.
        _beginSettlement();
    }

    /// 5. Waiver. "Otherwise"
    function _waiverOtherwise() private {
        _close(WAIVER);
        // Begin Presentation.
        _beginPresentation();
    }

    // ---- 6. Settlement --------------------------------------------------------------------------------------------

    /// 6. Settlement
    function _beginSettlement() private {
        emit Opened(SETTLEMENT, _now, 0);
        // Release drawing from cover to Beneficiary.
        _releaseCoverToBeneficiary(drawing);
        // If cover is more than 0 USDC:
        if (cover > 0) {
            // Begin Presentation.
            _beginPresentation();
        } else {
            // End.
            _end();
        }
    }

    // ---- 7. Amendment ---------------------------------------------------------------------------------------------

    /// @notice 7. Amendment. "Applicant, Issuer and Beneficiary may together extend, giving new-expiry if new-expiry is
    /// after expiry"
    function amendmentExtend(uint32 newExpiry_) external nonReentrant arrive(AMENDMENT) {
        _checkOneOf(parties());
        if (newExpiry_ < firstExpiry || newExpiry_ > lastExpiry) revert OutOfBounds("new-expiry");
        if (newExpiry_ <= expiry) revert ConditionNotMet(AMENDMENT, 1);
        if (!_consent(AMENDMENT, 1, keccak256(abi.encode(newExpiry_)), parties())) return;
        _close(AMENDMENT);
        newExpiry = newExpiry_;
        emit Stated("new-expiry", abi.encode(newExpiry));
        // Set expiry to new-expiry.
        expiry = newExpiry;
        emit Stated("expiry", abi.encode(expiry));
        // If Presentation is open:
        if (_isOpen(PRESENTATION)) {
            // Close Presentation.
            _close(PRESENTATION);
            // Begin Presentation.
            _beginPresentation();
        }
        // Begin Amendment.
        _beginAmendment();
    }

    /// 7. Amendment. "By expiry"
    function _beginAmendment() private {
        _forgetConsents(AMENDMENT);
        _open(AMENDMENT, _endOf(expiry));
    }

    // ---- What the base asks for -----------------------------------------------------------------------------------

    function _elapse(uint8 clause) internal override {
        if (clause == OPENING) _openingOtherwise();
        else if (clause == PRESENTATION) _presentationOtherwise();
        else if (clause == EXAMINATION) _examinationOtherwise();
        else if (clause == WAIVER) _waiverOtherwise();
        else _close(clause); // Amendment. "Otherwise: Do nothing."
    }

    function _routes(uint8 clause, uint40) internal pure override returns (uint256 acts, bool must) {
        if (clause == OPENING) return (1 << 1, true);
        if (clause == PRESENTATION) return (1 << 1, false);
        if (clause == EXAMINATION) return (1 << 1 | 1 << 2, false);
        if (clause == WAIVER) return (1 << 1, false);
        if (clause == AMENDMENT) return (1 << 1, false);
    }

    function _remainders() internal override {
        _releaseCoverToIssuer(cover);
    }

    // ---- Holdings, debts and values -------------------------------------------------------------------------------

    function _setCover(uint128 amount) private {
        cover = amount;
        emit Stated("cover", abi.encode(amount));
    }

    /// @dev "Release … from cover to Beneficiary."
    function _releaseCoverToBeneficiary(uint256 amount) private {
        if (amount > cover) revert NotCovered("cover");
        if (amount == 0) return;
        _setCover(cover - uint128(amount));
        _credit(beneficiary, usdc, amount);
    }

    /// @dev "Release … from cover to Issuer."
    function _releaseCoverToIssuer(uint256 amount) private {
        if (amount > cover) revert NotCovered("cover");
        if (amount == 0) return;
        _setCover(cover - uint128(amount));
        _credit(issuer, usdc, amount);
    }
}
