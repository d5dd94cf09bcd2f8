"""What a write may meet after which the process ends, with words for the operator: it does not know any more whether
what it would tell is so. The next start reads what is there."""


class FsyncFailed(SystemExit):
    """The disk did not confirm a write. Ends the process with these words, for the operator."""

    def __init__(self, what: object, error: OSError) -> None:
        super().__init__(f"mailbot stops: the disk did not confirm writing {what}: {error}")


class Uncounted(SystemExit):
    """What stands in the journal may not be in what it adds up to. Ends the process with these words, for the operator:
    the next start counts it."""

    def __init__(self, why: Exception) -> None:
        super().__init__(f"mailbot stops: what was written last could not be counted: {type(why).__name__}: {why}")


def ending(failed: BaseException) -> BaseException:
    """What ends the process once this happened to a commit, and another is tried: it could take nothing in, nor journal
    that it cannot."""
    return Uncounted(failed) if isinstance(failed, Exception) else failed
