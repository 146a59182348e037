"""The guide for offices that write their own sets: its examples load, and it says what the service says."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import pytest
from click.testing import CliRunner

from scoring.criteria import catalogue, loader, schema
from scoring.criteria.model import CriteriaSet
from scoring.errors import CriteriaInvalid
from tests.cohorts import Cohort
from tests.pipeline import standings_of
from tests.oracle import NA
from web.cli import main
