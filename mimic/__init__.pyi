from mimic.commands import LearnedModel as LearnedModel
from mimic.commands import clone as clone
from mimic.commands import compare as compare
from mimic.commands import explain as explain
from mimic.commands import generate as generate
from mimic.commands import inspect as inspect
from mimic.commands import learn as learn
from mimic.commands import load as load
from mimic.commands import save as save
from mimic.commands import subset as subset
from mimic.config import Config as Config
from mimic.errors import MimicError as MimicError

__version__: str
