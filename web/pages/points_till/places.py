"""Where pages of redeeming stand: at the till, at the administrators' desk, and among a member's own points."""

from flask import Blueprint

till_pages = Blueprint("till", __name__, url_prefix="/till")
merchant_pages = Blueprint("merchants", __name__, url_prefix="/desk/points/merchants")
expiry_pages = Blueprint("expiry", __name__, url_prefix="/desk/points/expiry")
code_pages = Blueprint("redeeming", __name__, url_prefix="/points/offers")
