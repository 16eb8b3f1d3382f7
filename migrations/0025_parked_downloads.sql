-- What a request has in clients is asked for at each poll of a parked download, and by every page of a request.
create index downloads_request on downloads (request_id) where request_id is not null;
