# --8<-- [start:config]
# For gunicorn.conf.py: when, what, the status, and the seconds that Django took.
accesslog = "access.log"
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(L)s'
# --8<-- [end:config]
