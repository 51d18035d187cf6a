"""Dates and times on English pages; a time names its zone, because readers may sit in another one."""

DATETIME_FORMAT = "N j, Y, P T"
SHORT_DATETIME_FORMAT = "Y-m-d H:i T"
