"""The store on files: journal, raw mails and casebook of one desk in one folder. It knows nothing of why.

Who uses it sees `FileStore`, its batch and its exceptions; everything else in this folder is its own business.
"""

from mailbot.store.files.batch import FileBatch
from mailbot.store.files.disk import Locked, NotOwner, require_owner
from mailbot.store.files.orders import ask_reload, submit, withdraw_reload
from mailbot.store.files.registers import give_register
from mailbot.store.files.stops import FsyncFailed
from mailbot.store.files.store import FileStore
from mailbot.store.files.verify import Verified

__all__ = [
    "FileBatch",
    "FileStore",
    "FsyncFailed",
    "Locked",
    "NotOwner",
    "Verified",
    "ask_reload",
    "give_register",
    "require_owner",
    "submit",
    "withdraw_reload",
]
