"""No test of the playback waits for ever."""

from corpus.patience import _ends_some_time as _ends_some_time
