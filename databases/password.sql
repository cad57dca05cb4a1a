-- The verifier is made by the client, so that the password itself never stands in the server's log.

ALTER ROLE {role} PASSWORD {verifier};
