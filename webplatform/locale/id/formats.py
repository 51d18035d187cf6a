"""Dates and times on Indonesian pages; a time names its zone, because readers may sit in another one."""

DATETIME_FORMAT = "j N Y, H.i T"
SHORT_DATETIME_FORMAT = "d-m-Y H.i T"
